using Lab.Contracts.Runs;
using Lab.Reports.Metrics;
using Lab.Reports.Qualification.Profiles;
using Lab.Reports.Qualification.Statements;

namespace Lab.Reports.Qualification.Evaluation;

/// <summary>The one series of a session that a requirement speaks of, with what the limit is held against.</summary>
/// <param name="Judged">Estimate or bound, ±∞ where failed operations reach it; null where there are too few values for it.</param>
internal sealed record SeriesPick(MeasuredSeries Measured, int N, double? Judged)
{
    /// <returns>Null and a reason where there is no such series, or more than one.</returns>
    public static (SeriesPick? Series, string? Problem) Of(Session session, Criterion.Metric criterion)
    {
        var all = MetricSeries.Of(session.Samples);
        var found = all.Where(series => series.Role == SampleRole.Subject && series.Metric == criterion.Name
            && criterion.Dimensions.All(entry => series.Dimensions.GetValueOrDefault(entry.Key) == entry.Value)).ToList();
        if (found.Count > 1)
            return (null, $"{criterion.Name} has several series ({string.Join("; ", found.Select(series => series.Label))}): the profile has to name dimensions");
        if (found is not [var subject])
            return (null, null);
        if (criterion.Limit.Unit is { } unit && unit != subject.Unit)
            return (null, $"{criterion.Name} was measured in {subject.Unit}, and is asked for in {unit}");
        if (!criterion.Limit.IsRatio)
            return (Of(session, criterion, subject, []), null);

        var match = BaselineMatch.For(subject, all);
        if (match.Series is null)
            return (null, $"{criterion.Name}: {match.Reason}");
        var baseline = Samples(session, match.Series).Where(sample => sample.Outcome == SampleOutcome.Ok).Select(sample => sample.Value).ToList();
        return baseline.Count == 0 || baseline.Any(value => value <= 0) || subject.Values.Any(value => value < 0)
            ? (null, $"{criterion.Name}: a ratio needs positive values")
            : (Of(session, criterion, subject, baseline), null);
    }

    /// <summary>Where failed operations rank: behind every value.</summary>
    public static double Worst(LimitSide side) => side == LimitSide.AtMost ? double.PositiveInfinity : double.NegativeInfinity;

    // A ratio has no place below zero, and nothing of a throughput is what a failed operation brought.
    private static double Worst(Limit limit) => limit is { IsRatio: true, Side: LimitSide.AtLeast } ? 0 : Worst(limit.Side);

    private static SeriesPick Of(Session session, Criterion.Metric criterion, MetricSeries subject, List<double> baseline)
    {
        var (side, samples) = (criterion.Limit.Side, Samples(session, subject));
        var values = samples.Where(sample => sample.Outcome == SampleOutcome.Ok).Select(sample => sample.Value).ToList();
        var ranked = samples.Select(sample => sample.Outcome == SampleOutcome.Ok ? sample.Value : Worst(criterion.Limit)).Order().ToList();
        var quantile = criterion.Replicate == Replicate.Session ? Statistic.Median.Quantile : criterion.Statistic.Quantile;
        var estimate = Quantiles.Of(ranked, quantile) / (baseline.Count > 0 ? Quantiles.Of([.. baseline.Order()], quantile) : 1);
        double? bound = criterion is { Replicate: Replicate.Iteration, Confidence: { } confidence }
            ? baseline.Count > 0 ? ShiftBound.Of(ranked, baseline, side, confidence) : QuantileBound.Of(ranked, quantile, side, confidence)
            : null;
        var measured = new MeasuredSeries(subject.Unit, values, samples.Count - values.Count, baseline, Finite(estimate), Finite(bound));
        return new SeriesPick(measured, samples.Count, criterion is { Replicate: Replicate.Iteration, Confidence: not null } ? bound : estimate);
    }

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;

    private static List<Sample> Samples(Session session, MetricSeries series) =>
        [.. session.Samples
            .Where(sample => sample.Metric == series.Metric && sample.Unit == series.Unit && sample.Role == series.Role
                && MetricSeries.LabelOf(sample.Dimensions) == series.Label)
            .OrderBy(sample => sample.T)];
}
