using Lab.Contracts.Runs;
using Lab.Reports.Metrics;
using Lab.Reports.Statistics;

namespace Lab.Reports.Calibration;

/// <summary>Makes a noise profile from runs of one build on one kind of testbed: each run is a session.</summary>
public static class NoiseCalibration
{
    /// <summary>Fewer sessions say next to nothing about the noise between them.</summary>
    public const int LeastSessions = 5;

    /// <summary>Values of a session from which the noise within it is taken.</summary>
    public const int LeastValues = 3;

    /// <exception cref="RunRecordException">There are too few runs, or they differ in comparison key or build.</exception>
    public static NoiseProfile Of(IReadOnlyList<RunRecord> runs, DateTimeOffset madeAt)
    {
        if (runs.Count < LeastSessions)
            throw new RunRecordException($"{runs.Count} runs are too few to calibrate from; it takes {LeastSessions}");
        var ordered = runs.OrderBy(run => run.Info.StartedAt).ToList();
        var first = ordered[0].Info;
        foreach (var run in ordered.Skip(1))
            RefuseUnlike(first, run.Info);
        return new NoiseProfile
        {
            Comparison = ComparisonKey.Of(first),
            Commit = first.SystemUnderTest.Commit,
            MadeAt = madeAt,
            Runs = [.. ordered.Select(run => run.Info.Id)],
            Metrics = [.. ordered.SelectMany(Series).GroupBy(metric => metric.Identity)
                .Where(sessions => sessions.Count() >= LeastSessions)
                .OrderBy(sessions => sessions.Key.Metric, StringComparer.Ordinal)
                .ThenBy(sessions => sessions.Key.Label, StringComparer.Ordinal)
                .ThenBy(sessions => sessions.Key.Unit, StringComparer.Ordinal)
                .Select(sessions => Noise(sessions.Key, [.. sessions]))],
            Conditions = TypicalConditions.Of(ordered.SelectMany(run => run.Samples)),
        };
    }

    internal static IReadOnlyList<MetricReport> Series(RunRecord run) =>
        MetricReport.Of(MetricSeries.Of(RunSummary.Judgeable(run)), new RatioOfMedians());

    /// <returns>Noise among the values of a session; null when there are too few.</returns>
    internal static double? Within(MetricReport session) =>
        session.SubjectValues.Count < LeastValues ? null : RobustSpread.Of(session.SubjectValues);

    private static void RefuseUnlike(RunInfo first, RunInfo run)
    {
        var differences = ComparisonKey.Differences(ComparisonKey.Of(first), ComparisonKey.Of(run));
        if (differences.Count > 0)
            throw new RunRecordException(
                $"{run.Id} is no run of the same kind as {first.Id}: {differences[0].Field} is {differences[0].B ?? "absent"}, not {differences[0].A ?? "absent"}");
        if (run.SystemUnderTest.Commit != first.SystemUnderTest.Commit)
            throw new RunRecordException(
                $"{run.Id} measured another build than {first.Id}: {run.SystemUnderTest.Commit ?? "unknown"}, not {first.SystemUnderTest.Commit ?? "unknown"}");
    }

    private static MetricNoise Noise((string Metric, string Unit, string Label) identity, List<MetricReport> sessions)
    {
        var normalised = sessions.Where(session => session.Baseline is { Median: not 0 })
            .Select(session => session.Subject.Median / session.Baseline!.Median).ToList();
        var within = sessions.Select(Within).OfType<double>().ToList();
        return new MetricNoise
        {
            Metric = identity.Metric,
            Unit = identity.Unit,
            Label = identity.Label,
            Sessions = sessions.Count,
            Between = RobustSpread.Of([.. sessions.Select(session => session.Subject.Median)]),
            BetweenNormalised = normalised.Count < LeastSessions ? null : RobustSpread.Of(normalised),
            Within = within.Count == 0 ? null : Summary.Of(within).Median,
            WithinMax = within.Count == 0 ? null : within.Max(),
        };
    }
}
