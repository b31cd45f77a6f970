using Lab.Reports.Statistics.Kernels;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace Lab.Reports.Statistics;

/// <summary>The shift of B against A on the judged scale, how sure it is, and how that was found out.</summary>
internal sealed record ShiftEvidence(double Shift, double Low, double High, double P, IntervalMethod Method)
{
    /// <summary>From so many sessions an arm they are the replicates: 5 against 5 is the least where the exact test goes below 0.01.</summary>
    public const int LeastSessions = 5;

    /// <summary>Below, the bootstrap covers less than its level and the interval comes from the test's inversion.</summary>
    public const int LeastForBootstrap = 10;

    /// <summary>
    /// Relative standard deviation between sessions of one build, where too few sessions show it and nobody calibrated. Measured
    /// on three nightlies of one build of the emulated lab on two shared cores: boot 4 %, hot-plug 3 to 8 % (stages of disk and
    /// NIC), clone 6 %; the median over hot-plug and disk throughput is 8 %. Round trips are noisier (12 to 19 %) and their spread
    /// within a session covers for it. With 8 % one session an arm calls a change from about 45 % on, so that a slowdown of half
    /// is found and no pair of the 21 smokes and 3 nightlies differs by as much for sure.
    /// </summary>
    public const double DefaultNoise = 0.08;

    public static ShiftEvidence Of(JudgedScale scale, double? noise, JudgePolicy policy, ulong seed) =>
        Math.Min(scale.A.Length, scale.B.Length) >= LeastSessions
            ? BySessions(scale, policy, seed)
            : ByIterations(scale, noise, policy);

    /// <summary>The test compares session medians, whatever the number of iterations: more of them do not make a night less unlike the next.</summary>
    private static ShiftEvidence BySessions(JudgedScale scale, JudgePolicy policy, ulong seed)
    {
        var (a, b) = (JudgedScale.Medians(scale.A), JudgedScale.Medians(scale.B));
        Array.Sort(a);
        Array.Sort(b);
        var shift = HodgesLehmann.Shift(a, b);
        var p = MannWhitney.P(a, b);
        // The jackknife has no meaning with infinite values; ranks have.
        var failed = scale.A.Concat(scale.B).Any(session => session.Any(JudgedScale.IsFailed));
        if (failed || Math.Min(a.Length, b.Length) < LeastForBootstrap)
        {
            var (low, high) = HodgesLehmann.Interval(a, b, policy.Level);
            return new ShiftEvidence(shift, low, high, p, IntervalMethod.Inversion);
        }
        var replicates = SessionBootstrap.Replicates(Sorted(scale.A), Sorted(scale.B), policy.Resamples, seed);
        var interval = Bca.Interval(shift, replicates, SessionBootstrap.Influence(a, b), policy.Level);
        return new ShiftEvidence(shift, interval.Low, interval.High, p, IntervalMethod.Bca);
    }

    /// <summary>
    /// Iterations pooled. Their spread says nothing about the next session, so the noise between sessions widens the interval
    /// (half-widths add as squares) and p is that of the weaker of two tests: Mann-Whitney over the iterations, and the shift
    /// against the noise.
    /// </summary>
    private static ShiftEvidence ByIterations(JudgedScale scale, double? noise, JudgePolicy policy)
    {
        var (a, b) = (Pooled(scale.A), Pooled(scale.B));
        var shift = HodgesLehmann.Shift(a, b);
        if (scale.Kind == JudgedScale.Kinds.Absolute)
            // Noise is relative, and there is nothing it could be relative to: only arms all alike are decided.
            return a[0] == b[^1] && a[^1] == b[0]
                ? new ShiftEvidence(0, 0, 0, 1, IntervalMethod.Pooled)
                : new ShiftEvidence(shift, double.NegativeInfinity, double.PositiveInfinity, 1, IntervalMethod.Pooled);

        var sigma = Math.Max(scale.Limit(noise ?? DefaultNoise), ObservedNoise(scale)) * Math.Sqrt(1.0 / scale.A.Length + 1.0 / scale.B.Length);
        var half = Normal.InvCDF(0, 1, (1 + policy.Level) / 2) * sigma;
        var pOfNoise = shift == 0 ? 1 : sigma == 0 ? 0 : 2 * Normal.CDF(0, 1, -Math.Abs(shift) / sigma);
        var (low, high) = HodgesLehmann.Interval(a, b, policy.Level);
        if (double.IsInfinity(low) && noise is not null && !JudgedScale.IsFailed(shift))
            // Too few iterations to show their spread; a calibrated noise of session medians has it in.
            return new ShiftEvidence(shift, shift - half, shift + half, pOfNoise, IntervalMethod.Pooled);
        return new ShiftEvidence(
            shift,
            shift - Widened(shift - low),
            shift + Widened(high - shift),
            Math.Max(MannWhitney.P(a, b), pOfNoise),
            IntervalMethod.Pooled);

        double Widened(double other) => JudgedScale.IsFailed(other) ? other : Math.Sqrt(other * other + half * half);
    }

    /// <summary>What two to four sessions an arm show of their noise, if it is more than was calibrated or assumed: pooled standard deviation.</summary>
    private static double ObservedNoise(JudgedScale scale)
    {
        var (squares, degrees) = (0.0, 0);
        foreach (var medians in new[] { JudgedScale.Medians(scale.A), JudgedScale.Medians(scale.B) })
        {
            if (medians.Length < 2 || medians.Any(JudgedScale.IsFailed))
                continue;
            squares += medians.Variance() * (medians.Length - 1);
            degrees += medians.Length - 1;
        }
        return degrees == 0 ? 0 : Math.Sqrt(squares / degrees);
    }

    private static double[] Pooled(double[][] sessions)
    {
        var values = sessions.SelectMany(session => session).ToArray();
        Array.Sort(values);
        return values;
    }

    private static double[][] Sorted(double[][] sessions) => [.. sessions.Select(session => session.Order().ToArray())];
}
