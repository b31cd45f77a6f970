using System.Text.Json.Serialization;
using Lab.Contracts.Runs;

namespace Lab.Reports.Statistics;

/// <summary>What the sessions of one metric in two arms show: B against A.</summary>
public sealed record SeriesJudgement
{
    /// <summary>Name of the series, with its dimensions.</summary>
    public required string Series { get; init; }

    public required Better Better { get; init; }

    public required Judgement Verdict { get; init; }

    /// <summary>Why, in one sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>
    /// Hodges-Lehmann ratio of B over A (1.1: ten per cent more). Null where it is not finite: most operations of an arm failed,
    /// or A's typical value is zero.
    /// </summary>
    public double? Effect { get; init; }

    /// <summary>Ends of the effect's interval; null where open.</summary>
    public double? Low { get; init; }
    public double? High { get; init; }

    /// <summary>Confidence level of the interval, for example 0.95.</summary>
    public required double Level { get; init; }

    public IntervalMethod Interval { get; init; }

    /// <summary>Two-sided; null without values.</summary>
    public double? P { get; init; }

    /// <summary>Benjamini-Hochberg's adjusted p over the family; null until the family was judged.</summary>
    public double? Q { get; init; }

    /// <summary>Relative change that matters: max(floor, twice the noise). 0.05: a ratio beyond 1.05 or below 1/1.05.</summary>
    public required double Threshold { get; init; }

    /// <summary>Calibrated relative standard deviation between sessions of one build; null where nobody calibrated.</summary>
    public double? Noise { get; init; }

    /// <summary>What was assumed in its place where too few sessions show it; see <see cref="Statistics.AssumedNoise"/>.</summary>
    public double? AssumedNoise { get; init; }

    public required ArmStatistics A { get; init; }
    public required ArmStatistics B { get; init; }

    /// <summary>Fisher's exact test on the counts of failures, two-sided; null where nothing failed.</summary>
    public double? FailureP { get; init; }

    public SeriesFlags Flags { get; init; }

    /// <summary>
    /// A change is shown (p below alpha, estimate beyond the threshold). The verdict may still be undecided: the interval reaches
    /// inside the threshold, and more sessions will tell. Never on an assumed noise, which shows nothing.
    /// </summary>
    public bool ChangeShown { get; init; }
}

/// <summary>How the effect's interval was made.</summary>
public enum IntervalMethod
{
    [JsonStringEnumMemberName("none")] None,

    /// <summary>Inversion of the Mann-Whitney test over session medians.</summary>
    [JsonStringEnumMemberName("inversion")] Inversion,

    /// <summary>BCa bootstrap, sessions resampled, then iterations in them.</summary>
    [JsonStringEnumMemberName("bca")] Bca,

    /// <summary>Inversion over pooled iterations, widened by the noise between sessions: there are too few sessions to see it.</summary>
    [JsonStringEnumMemberName("pooled")] Pooled,
}

/// <summary>What a reader should know before trusting the numbers.</summary>
[Flags]
public enum SeriesFlags
{
    [JsonStringEnumMemberName("none")] None = 0,

    /// <summary>Two modes in an arm: the typical value may be one that hardly ever occurs.</summary>
    [JsonStringEnumMemberName("bimodal")] Bimodal = 1,

    /// <summary>Median absolute deviation zero, or few distinct values: the clock or counter is coarse.</summary>
    [JsonStringEnumMemberName("quantised")] Quantised = 2,

    /// <summary>Values rise or fall within an arm from the first session to the last.</summary>
    [JsonStringEnumMemberName("drift")] Drift = 4,

    /// <summary>Too few sessions to see the noise between them; a calibrated or default noise stands in.</summary>
    [JsonStringEnumMemberName("few sessions")] FewSessions = 8,

    /// <summary>Fewer replicates an arm than the policy asks for.</summary>
    [JsonStringEnumMemberName("few replicates")] FewReplicates = 16,

    /// <summary>No noise profile and too few sessions: the noise was assumed.</summary>
    [JsonStringEnumMemberName("noise assumed")] NoiseAssumed = 32,
}

/// <summary>One arm in figures.</summary>
public sealed record ArmStatistics
{
    public required int Sessions { get; init; }

    /// <summary>Values and failures.</summary>
    public required int Iterations { get; init; }

    public required int Failures { get; init; }

    /// <summary>Wilson interval of the share of failures; null without iterations.</summary>
    public double? FailureLow { get; init; }
    public double? FailureHigh { get; init; }

    /// <summary>Quantiles over all iterations, in the metric's unit; null without values or where a failure stands at their rank.</summary>
    public double? P50 { get; init; }
    public double? P95 { get; init; }

    /// <summary>From 299 iterations.</summary>
    public double? P99 { get; init; }

    /// <summary>Distribution-free 95 % upper bounds, from 59 and 299 iterations.</summary>
    public double? P95Upper { get; init; }
    public double? P99Upper { get; init; }
}
