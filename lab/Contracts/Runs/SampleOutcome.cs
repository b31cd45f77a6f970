using System.Text.Json.Serialization;

namespace Lab.Contracts.Runs;

/// <summary>Whether an operation that was to be measured came to its end.</summary>
public enum SampleOutcome
{
    [JsonStringEnumMemberName("ok")] Ok,

    /// <summary>It failed or ran out of time. Leaving it out would make a build that hangs look fast.</summary>
    [JsonStringEnumMemberName("failed")] Failed,
}
