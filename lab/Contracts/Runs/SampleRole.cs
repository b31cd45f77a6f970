using System.Text.Json.Serialization;

namespace Lab.Contracts.Runs;

/// <summary>
/// Whether a sample was measured on the system under test or on what it is compared with.
/// <para>
/// A report divides the median of a subject series by the median of its baseline. The baseline of a subject series is the
/// baseline series of the same metric and unit whose dimensions are a subset of the subject's (each of its dimensions has the
/// same value there); of several, the one with most dimensions. Two with equally many make the baseline ambiguous: no ratio is
/// given, and the report says so. What differs between a measurement and its baseline (a node's name, a volume's size) is
/// therefore a dimension of the subject alone, or an attribute, never a dimension of both.
/// </para>
/// </summary>
public enum SampleRole
{
    [JsonStringEnumMemberName("subject")] Subject,
    [JsonStringEnumMemberName("baseline")] Baseline,
}
