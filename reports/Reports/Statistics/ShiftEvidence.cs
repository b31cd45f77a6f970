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

    /// <param name="noise">Relative standard deviation between sessions, for where too few sessions show it.</param>
    /// <param name="calibrated">The noise was measured, not assumed.</param>
    public static ShiftEvidence Of(JudgedScale scale, double noise, bool calibrated, JudgePolicy policy, ulong seed) =>
        Math.Min(scale.A.Length, scale.B.Length) >= LeastSessions
            ? BySessions(scale, policy, seed)
            : ByIterations(scale, noise, calibrated, policy);

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
    /// against the widened interval's standard error.
    /// </summary>
    private static ShiftEvidence ByIterations(JudgedScale scale, double noise, bool calibrated, JudgePolicy policy)
    {
        var (a, b) = (Pooled(scale.A), Pooled(scale.B));
        var shift = HodgesLehmann.Shift(a, b);
        if (scale.Kind == JudgedScale.Kinds.Absolute)
            // Noise is relative, and there is nothing it could be relative to: only arms all alike are decided.
            return a[0] == b[^1] && a[^1] == b[0]
                ? new ShiftEvidence(0, 0, 0, 1, IntervalMethod.Pooled)
                : new ShiftEvidence(shift, double.NegativeInfinity, double.PositiveInfinity, 1, IntervalMethod.Pooled);

        var noiseOfShift = NoiseOfShift(scale, noise, calibrated);
        var half = noiseOfShift.Half(policy.Level);
        var (low, high) = HodgesLehmann.Interval(a, b, policy.Level);
        if (double.IsInfinity(low) && !JudgedScale.IsFailed(shift))
            // Too few iterations to show their spread; the noise of session medians has it in.
            return new ShiftEvidence(shift, shift - half, shift + half, noiseOfShift.P(shift), IntervalMethod.Pooled);
        var (down, up) = (Widened(shift - low), Widened(high - shift));
        // The test of the noise is made weaker by as much as the iterations widen the end that looks to "no change".
        var widening = half == 0 ? 1 : (shift > 0 ? down : up) / half;
        var p = Math.Max(MannWhitney.P(a, b), noiseOfShift.P(shift / widening));
        return new ShiftEvidence(shift, shift - down, shift + up, p, IntervalMethod.Pooled);

        double Widened(double other) => JudgedScale.IsFailed(other) ? other : Math.Sqrt(other * other + half * half);
    }

    /// <summary>
    /// The noise given, or what two to four sessions an arm show, if that is more. A noise they show is known as well as its few
    /// degrees of freedom let it, so it takes Student's t; beside a calibrated one it is a warning only, and takes the normal.
    /// </summary>
    private static (Func<double, double> Half, Func<double, double> P) NoiseOfShift(JudgedScale scale, double noise, bool calibrated)
    {
        var root = Math.Sqrt(1.0 / scale.A.Length + 1.0 / scale.B.Length);
        var given = root * scale.Spread(noise);
        var (spread, degrees) = ObservedNoise(scale);
        var observed = root * spread;
        var freedom = calibrated || degrees == 0 ? double.PositiveInfinity : degrees;
        return (
            level => Math.Max(Normal.InvCDF(0, 1, (1 + level) / 2) * given, StudentT.InvCDF(0, 1, freedom, (1 + level) / 2) * observed),
            shift => Math.Max(
                TwoSided(shift, given, z => Normal.CDF(0, 1, z)),
                TwoSided(shift, observed, t => StudentT.CDF(0, 1, freedom, t))));

        static double TwoSided(double shift, double error, Func<double, double> cdf) =>
            shift == 0 ? 1 : error == 0 ? 0 : 2 * cdf(-Math.Abs(shift) / error);
    }

    /// <summary>Pooled standard deviation of session medians, and its degrees of freedom.</summary>
    private static (double Spread, int Degrees) ObservedNoise(JudgedScale scale)
    {
        var (squares, degrees) = (0.0, 0);
        foreach (var medians in new[] { JudgedScale.Medians(scale.A), JudgedScale.Medians(scale.B) })
        {
            if (medians.Length < 2 || medians.Any(JudgedScale.IsFailed))
                continue;
            squares += medians.Variance() * (medians.Length - 1);
            degrees += medians.Length - 1;
        }
        return degrees == 0 ? (0, 0) : (Math.Sqrt(squares / degrees), degrees);
    }

    private static double[] Pooled(double[][] sessions)
    {
        var values = sessions.SelectMany(session => session).ToArray();
        Array.Sort(values);
        return values;
    }

    private static double[][] Sorted(double[][] sessions) => [.. sessions.Select(session => session.Order().ToArray())];
}
