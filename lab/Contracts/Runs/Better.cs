using System.Text.Json.Serialization;

namespace Lab.Contracts.Runs;

/// <summary>Which way a metric improves; <see cref="None"/> for what is only observed (CPU beside a throughput).</summary>
public enum Better
{
    [JsonStringEnumMemberName("lower")] Lower,
    [JsonStringEnumMemberName("higher")] Higher,
    [JsonStringEnumMemberName("none")] None,
}
