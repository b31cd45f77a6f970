using System.Text.Json.Serialization;

namespace Lab.Contracts.Runs;

/// <summary>
/// What a scenario came to. <see cref="Fail"/> says something about the system under test; <see cref="Error"/> says that the lab
/// could not find out (infrastructure), is neither pass nor regression, and stays out of the statistics.
/// </summary>
public enum Verdict
{
    [JsonStringEnumMemberName("pass")] Pass,
    [JsonStringEnumMemberName("fail")] Fail,
    [JsonStringEnumMemberName("error")] Error,
    [JsonStringEnumMemberName("skip")] Skip,
}
