using MathNet.Numerics.Statistics;

namespace Lab.Reports.Statistics;

/// <summary>
/// The noise between sessions of one build where too few sessions show it and nobody calibrated: half of the iterations' robust
/// spread within a session (1.4826 · MAD), at least <see cref="Least"/>; where sessions have too few iterations for a spread,
/// <see cref="WithoutSpread"/>.
/// </summary>
/// <remarks>
/// Measured on 21 smokes and 3 nightlies of one build of the emulated lab on two shared cores, as standard deviation of log session
/// medians: boot 4 %, hot-plug stages 3 to 8 %, clone 6 % and round trips 12 to 18 %, with spreads within a session of 3, 10 to 16,
/// 36 and 16 to 20 %. What scatters within a session scatters between sessions: in the median of these series it is half. Series of
/// one to three values a session (throughput, the smoke's boot and hot-plug) scatter by 5 to 17 %, one value being no median. With
/// it no two sessions of them are told apart; one session an arm shows a slowdown of half where the spread is below 12 %, and a
/// doubling where there is no spread.
/// </remarks>
internal static class AssumedNoise
{
    public const double Least = 0.06;
    public const double WithoutSpread = 0.15;
    private const double ShareOfSpread = 0.5;

    /// <summary>Fewer iterations have no spread to speak of.</summary>
    private const int LeastIterations = 5;

    /// <returns>Relative standard deviation.</returns>
    public static double Of(JudgedScale scale)
    {
        var spreads = scale.A.Concat(scale.B).Where(session => session.Length >= LeastIterations).Select(Spread).ToArray();
        return spreads.Length == 0 ? WithoutSpread : Math.Max(Least, ShareOfSpread * spreads.Median());
    }

    private static double Spread(double[] session)
    {
        // Makes the MAD of normal values their standard deviation.
        const double ofNormal = 1.4826;
        var median = session.Median();
        var spread = ofNormal * session.Select(value => Math.Abs(value - median)).Median();
        return JudgedScale.IsFailed(spread) ? 0 : spread;
    }
}
