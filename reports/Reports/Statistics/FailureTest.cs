using Lab.Reports.Statistics.Kernels;

namespace Lab.Reports.Statistics;

/// <summary>Whether more operations fail in one arm than in the other.</summary>
/// <param name="Fisher">Fisher's exact test on the counts, two-sided.</param>
/// <param name="P">The one that decides: where sessions are the replicates, no smaller than Mann-Whitney's over each session's share.</param>
/// <param name="Direction">1: B fails more often, −1: A, 0: as often.</param>
internal sealed record FailureTest(double Fisher, double P, int Direction)
{
    /// <returns>Null where nothing failed.</returns>
    public static FailureTest? Of(Arm a, Arm b)
    {
        if (a.Failures + b.Failures == 0 || a.Iterations == 0 || b.Iterations == 0)
            return null;
        var fisher = FisherExact.P(a.Failures, a.Iterations, b.Failures, b.Iterations);
        var direction = Share(b.Failures, b.Iterations).CompareTo(Share(a.Failures, a.Iterations));
        var (sharesA, sharesB) = (Shares(a), Shares(b));
        // Operations of one session fail together: counts alone would take one bad session for a bad build.
        if (Math.Min(sharesA.Length, sharesB.Length) >= ShiftEvidence.LeastSessions)
            return new FailureTest(fisher, Math.Max(fisher, MannWhitney.P(sharesA, sharesB)), direction);
        var worse = direction > 0 ? sharesB : sharesA;
        var oneBadSession = worse.Length > 1 && worse.Count(share => share > 0) < 2;
        return new FailureTest(fisher, oneBadSession ? 1 : fisher, direction);
    }

    private static double Share(int count, int of) => (double)count / of;

    private static double[] Shares(Arm arm) =>
        [.. arm.Sessions.Where(session => session.Iterations > 0).Select(session => Share(session.Failures, session.Iterations))];
}
