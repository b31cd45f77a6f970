using Lab.Contracts.Runs;
using Lab.Reports.Statistics.Kernels;

namespace Lab.Reports.Statistics;

/// <summary>
/// Firecracker's family check: the mean change over the series of one metric must be beyond the threshold, and a permutation test
/// of it below alpha. Whole sessions are relabelled, in all series at once, since one session's values share its noise; that is the
/// permutation test of each session's mean over the series.
/// </summary>
internal static class MetricFamilyTest
{
    /// <returns>Null for fewer than two series that were measured in the same sessions of an arm, or too few sessions to test.</returns>
    public static MetricFamily? Of(string metric, IReadOnlyList<SeriesPair> pairs, IReadOnlyList<double> thresholds, JudgePolicy policy)
    {
        var aligned = pairs.Zip(thresholds, (pair, threshold) => (Scale: JudgedScale.Of(pair), pair.Better, Threshold: threshold))
            .Where(row => row.Scale.Kind == JudgedScale.Kinds.Log)
            .Select(row => (A: JudgedScale.Medians(row.Scale.A), B: JudgedScale.Medians(row.Scale.B), row.Better, row.Threshold))
            // A series that mostly failed is judged for itself; its infinite median would be the whole mean.
            .Where(row => !row.A.Concat(row.B).Any(JudgedScale.IsFailed))
            .GroupBy(row => (row.A.Length, row.B.Length, row.Better))
            .MaxBy(group => group.Count())?.ToList();
        if (aligned is not { Count: > 1 } || Math.Min(aligned[0].A.Length, aligned[0].B.Length) < ShiftEvidence.LeastSessions)
            return null;

        var (a, b) = (Means(row => row.A), Means(row => row.B));
        var change = b.Average() - a.Average();
        var limit = Math.Log(1 + aligned.Average(row => row.Threshold));
        var p = PermutationTest.P(a, b, SplitMix64.SeedOf(policy.Seed, metric));
        return new MetricFamily(metric, aligned.Count, Math.Exp(change), p, Verdict());

        double[] Means(Func<(double[] A, double[] B, Better Better, double Threshold), double[]> arm) =>
            [.. Enumerable.Range(0, arm(aligned[0]).Length).Select(session => aligned.Average(row => arm(row)[session]))];

        Judgement Verdict() =>
            p >= policy.AlphaPerLook || Math.Abs(change) <= limit ? Judgement.Undecided
            : change > 0 == (aligned[0].Better == Better.Lower) ? Judgement.Regressed
            : Judgement.Improved;
    }
}
