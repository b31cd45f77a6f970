using Lab.Contracts.Runs;
using Lab.Reports.Metrics;
using Lab.Reports.Statistics;

namespace Lab.Reports.Comparison;

/// <summary>One subject series over the sessions of an arm, each with its own baseline.</summary>
internal sealed record ArmSeries(IReadOnlyList<ArmSeries.Session> Sessions)
{
    /// <param name="BaselineMedian">Null where the session has no baseline for it, or one of zero.</param>
    internal sealed record Session(MetricSeries Subject, double? BaselineMedian);

    public MetricSeries Any => Sessions[0].Subject;

    public string Name => MetricSeries.NameOf(Any.Metric, Any.Label);

    public IReadOnlyList<IReadOnlyList<double>> Values => [.. Sessions.Select(session => session.Subject.Values)];

    public bool HasBaselines => Sessions.All(session => session.BaselineMedian is not null);

    /// <summary>By what makes a series the same in another run, in the order of names.</summary>
    public static IReadOnlyDictionary<(string Metric, string Unit, string Label), ArmSeries> Of(IEnumerable<RunRecord> runs)
    {
        var sessions = new Dictionary<(string, string, string), List<Session>>();
        foreach (var run in runs.OrderBy(run => run.Info.StartedAt))
        {
            var all = MetricSeries.Of(RunSummary.Judgeable(run));
            foreach (var subject in all.Where(series => series.Role == SampleRole.Subject))
            {
                var identity = (subject.Metric, subject.Unit, subject.Label);
                if (!sessions.TryGetValue(identity, out var known))
                    sessions[identity] = known = [];
                known.Add(new Session(subject, MedianOf(BaselineMatch.For(subject, all).Series)));
            }
        }

        return sessions.ToDictionary(entry => entry.Key, entry => new ArmSeries(entry.Value));
    }

    /// <summary>What is judged.</summary>
    /// <param name="normalised">
    /// Each value over the median of its session's baseline: a machine that was slower in one session slowed both.
    /// </param>
    public Arm ToArm(bool normalised) => new(
        [.. Sessions.Select(session => new ArmSession(
            normalised ? [.. session.Subject.Values.Select(value => value / session.BaselineMedian!.Value)] : session.Subject.Values,
            session.Subject.Failures))]);

    /// <summary>Of all sessions' values together; null where every operation failed.</summary>
    public Summary? Summarise()
    {
        var values = Sessions.SelectMany(session => session.Subject.Values).ToList();
        return values.Count == 0 ? null : Summary.Of(values);
    }

    /// <summary>Median over the sessions of each one's median over its baseline's; null where a session has no baseline.</summary>
    public double? RatioToBaseline() => HasBaselines && Sessions.All(session => session.Subject.Values.Count > 0)
        ? Summary.Of([.. Sessions.Select(session => Summary.Of(session.Subject.Values).Median / session.BaselineMedian!.Value)]).Median
        : null;

    private static double? MedianOf(MetricSeries? baseline) =>
        baseline is { Values.Count: > 0 } && Summary.Of(baseline.Values).Median is > 0 and var median ? median : null;
}
