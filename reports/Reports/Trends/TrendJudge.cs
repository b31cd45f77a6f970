using Lab.Contracts.Runs;
using Lab.Reports.Trends.Kernels;
using MathNet.Numerics.Statistics;

namespace Lab.Reports.Trends;

/// <summary>Finds change points and alarms of one series, environment by environment, and says which of them stand.</summary>
/// <param name="newest">The newest night of all series: a metric that is no longer measured has no recent event.</param>
public sealed class TrendJudge(TrendPolicy policy, IReadOnlyList<Annotation> annotations, DateOnly newest)
{
    public TrendSeries Judge(TrendHistory history)
    {
        var points = history.Points.OrderBy(point => point.Night).ToList();
        var explaining = annotations.Where(annotation => annotation.Concerns(history.Metric)).ToList();
        var events = points.GroupBy(point => point.Environment).SelectMany(line => Events(history.Better, [.. line], explaining));
        return new TrendSeries
        {
            Suite = history.Suite,
            Metric = history.Metric,
            Unit = history.Unit,
            Better = history.Better,
            Label = history.Label,
            IsRatio = history.IsRatio,
            LeftOut = history.LeftOut,
            Points = points,
            Resets = Resets(points),
            Events = [.. events.OrderBy(change => change.Night).ThenBy(change => change.Kind)],
            Annotations = [.. explaining.OrderBy(annotation => annotation.Date)],
            Change = Change([.. points.Where(point => point.Environment.Equals(points[^1].Environment)).Select(point => point.Value).Where(double.IsFinite)]),
        };
    }

    private IEnumerable<TrendEvent> Events(Better better, NightPoint[] line, List<Annotation> explaining)
    {
        // A failed night has no place among means; it is beyond any limit.
        var measured = line.Where(point => double.IsFinite(point.Value)).ToArray();
        var changes = ChangePoints.Find([.. measured.Select(point => point.Value)], policy);
        foreach (var (change, end) in changes.Select((change, i) => (change, i + 1 < changes.Count ? changes[i + 1].Index : measured.Length)))
        {
            yield return Event(TrendEventKind.ChangePoint, better, measured, explaining, change.Index, end - 1, change.Before, change.After,
                policy.EffectMin * Math.Abs(change.Before)) with { P = change.P };
        }

        foreach (var alarm in NightAlarms.Find([.. line.Select(point => point.Value)], policy))
        {
            yield return Event(TrendEventKind.Alarm, better, line, explaining, alarm.First, alarm.Last, alarm.Median, alarm.Value, alarm.Limit)
                with { Limit = alarm.Limit };
        }
    }

    private TrendEvent Event(
        TrendEventKind kind, Better better, NightPoint[] line, List<Annotation> explaining, int first, int last, double before, double after, double limit)
    {
        var night = line[first].Night;
        var explanation = explaining.Where(annotation => Math.Abs(annotation.Date.DayNumber - night.DayNumber) <= policy.AnnotationReachDays)
            .MinBy(annotation => Math.Abs(annotation.Date.DayNumber - night.DayNumber))?.Text;
        return new TrendEvent
        {
            Kind = kind,
            Night = night,
            Until = line[last].Night,
            CommitBefore = line[first - 1].LastCommit,
            CommitAfter = line[first].FirstCommit,
            Before = before,
            After = double.IsFinite(after) ? after : null,
            Direction = Direction(better, after - before),
            State = explanation is not null ? TrendState.Explained : Recovered(line, first, before, limit) ? TrendState.Recovered : TrendState.Stands,
            Explanation = explanation,
            Environment = line[first].Environment,
            Recent = newest.DayNumber - night.DayNumber < policy.RecentDays,
        };
    }

    // The nights that tell must all lie after the change.
    private bool Recovered(NightPoint[] line, int first, double before, double limit)
    {
        var from = line.Length - policy.RecoveryNights;
        return from > first && Math.Abs(line[from..].Select(point => point.Value).Median() - before) <= limit;
    }

    private double? Change(double[] values)
    {
        if (values.Length < 2 * policy.RecoveryNights)
            return null;
        var (first, last) = (values[..policy.RecoveryNights].Median(), values[^policy.RecoveryNights..].Median());
        return first == 0 ? null : (last - first) / Math.Abs(first);
    }

    private static List<BaselineReset> Resets(List<NightPoint> points)
    {
        var seen = new HashSet<TrendEnvironment>();
        var resets = new List<BaselineReset>();
        for (var i = 0; i < points.Count; i++)
        {
            if (seen.Add(points[i].Environment) && i > 0)
                resets.Add(new BaselineReset(points[i].Night, points[i - 1].Environment.ChangesTo(points[i].Environment)));
        }
        return resets;
    }

    private static TrendDirection Direction(Better better, double difference) => better switch
    {
        Better.None => TrendDirection.Changed,
        Better.Lower => difference > 0 ? TrendDirection.Regressed : TrendDirection.Improved,
        _ => difference < 0 ? TrendDirection.Regressed : TrendDirection.Improved,
    };
}
