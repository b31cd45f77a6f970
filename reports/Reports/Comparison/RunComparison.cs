using Lab.Contracts.Runs;
using Lab.Reports.Statistics;

namespace Lab.Reports.Comparison;

/// <summary>A field of the comparison key in which two runs differ; null where a run does not have it.</summary>
public sealed record FieldDifference(string Field, string? A, string? B);

/// <summary>
/// Two arms beside each other, each of one run or several (a run is a session: a fresh testbed). Unlike runs are not compared:
/// <see cref="Differences"/> names what differs and there are no metrics.
/// </summary>
public sealed record RunComparison
{
    /// <summary>The reference's runs, in the order of time.</summary>
    public required IReadOnlyList<RunInfo> A { get; init; }

    /// <summary>The candidate's.</summary>
    public required IReadOnlyList<RunInfo> B { get; init; }

    public bool Comparable => Differences.Count == 0;
    public required IReadOnlyList<FieldDifference> Differences { get; init; }

    /// <summary>Of all metrics together; not comparable where the arms are unlike or share no metric.</summary>
    public required Judgement Verdict { get; init; }

    /// <summary>Why, in one sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>Judged metrics first, then those that are only observed.</summary>
    public IReadOnlyList<MetricComparison> Metrics { get; init; } = [];

    /// <summary>Mean changes of metrics with several series.</summary>
    public IReadOnlyList<MetricFamily> Families { get; init; } = [];

    /// <summary>Metrics that one of the arms alone has.</summary>
    public IReadOnlyList<string> OnlyInA { get; init; } = [];
    public IReadOnlyList<string> OnlyInB { get; init; } = [];

    /// <summary>Two runs.</summary>
    public static RunComparison Of(RunRecord a, RunRecord b) => Of([a], [b]);

    /// <param name="noise">Calibrated noise between sessions; null where nobody calibrated.</param>
    /// <exception cref="ArgumentException">An arm has no run.</exception>
    public static RunComparison Of(
        IReadOnlyList<RunRecord> a, IReadOnlyList<RunRecord> b, JudgePolicy? policy = null, ISessionNoise? noise = null)
    {
        if (a.Count == 0 || b.Count == 0)
            throw new ArgumentException("an arm has no run");
        var differences = Unlike(a.Concat(b).Select(run => run.Info));
        var comparison = new RunComparison
        {
            A = InOrder(a),
            B = InOrder(b),
            Differences = differences,
            Verdict = Judgement.NotComparable,
            Reason = differences.Count == 0
                ? "The arms share no metric."
                : $"The runs differ in what must be alike: {string.Join(", ", differences.Select(difference => difference.Field))}.",
        };
        return comparison.Comparable ? Judged(comparison, ArmSeries.Of(a), ArmSeries.Of(b), policy ?? new JudgePolicy(), noise) : comparison;
    }

    private static RunComparison Judged(
        RunComparison comparison,
        IReadOnlyDictionary<(string Metric, string Unit, string Label), ArmSeries> a,
        IReadOnlyDictionary<(string Metric, string Unit, string Label), ArmSeries> b,
        JudgePolicy policy,
        ISessionNoise? noise)
    {
        comparison = comparison with
        {
            OnlyInA = [.. a.Where(entry => !b.ContainsKey(entry.Key)).Select(entry => entry.Value.Name)],
            OnlyInB = [.. b.Where(entry => !a.ContainsKey(entry.Key)).Select(entry => entry.Value.Name)],
        };
        var shared = a.Keys.Where(b.ContainsKey).OrderBy(key => a[key].Any.Better == Better.None).ToList();
        if (shared.Count == 0)
            return comparison;

        var normalised = shared.ConvertAll(key => a[key].HasBaselines && b[key].HasBaselines);
        var family = FamilyJudge.Judge(
            [.. shared.Select((key, i) => new SeriesPair(
                key.Metric, a[key].Name, a[key].Any.Better, a[key].ToArm(normalised[i]), b[key].ToArm(normalised[i]),
                noise?.Of(key.Metric, key.Unit, key.Label, normalised[i])))],
            policy);
        return comparison with
        {
            Verdict = family.Verdict,
            Reason = family.Reason,
            Families = family.Metrics,
            Metrics = [.. shared.Select((key, i) => new MetricComparison
            {
                Metric = key.Metric,
                Unit = key.Unit,
                Better = a[key].Any.Better,
                Label = key.Label,
                Name = a[key].Name,
                A = a[key].Summarise(),
                B = b[key].Summarise(),
                Normalised = normalised[i],
                Judgement = family.Series[i],
                ValuesOfA = a[key].Values,
                ValuesOfB = b[key].Values,
            })],
        };
    }

    private static IReadOnlyList<RunInfo> InOrder(IEnumerable<RunRecord> runs) => [.. runs.Select(run => run.Info).OrderBy(run => run.StartedAt)];

    // Each field once, with the values of the first run that differs from the very first.
    private static List<FieldDifference> Unlike(IEnumerable<RunInfo> runs)
    {
        var keys = runs.Select(ComparisonKey.Of).DistinctBy(key => key.Hash).ToList();
        return [.. keys.Skip(1).SelectMany(key => ComparisonKey.Differences(keys[0], key))
            .DistinctBy(row => row.Field)
            .Select(row => new FieldDifference(row.Field, row.A, row.B))];
    }
}
