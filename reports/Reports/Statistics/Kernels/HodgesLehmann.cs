using MathNet.Numerics.Distributions;

namespace Lab.Reports.Statistics.Kernels;

/// <summary>
/// Shift of y against x: the median of all differences yⱼ − xᵢ, and its interval by inversion of the Mann-Whitney test
/// (Hodges and Lehmann 1963; R's wilcox.test(y, x, conf.int = TRUE), whose exact interval it is where there are no ties; with ties
/// it covers at least its level).
/// </summary>
internal static class HodgesLehmann
{
    /// <param name="x">Ascending, finite, not empty; so is <paramref name="y"/>.</param>
    /// <param name="y">See <paramref name="x"/>.</param>
    public static double Shift(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var pairs = (long)x.Length * y.Length;
        var lower = Difference(x, y, (pairs + 1) / 2);
        if (pairs % 2 == 1)
            return lower;
        var upper = CountUpTo(x, y, lower) > pairs / 2 ? lower : NextAbove(x, y, lower);
        return (lower + upper) / 2;
    }

    /// <returns>Infinite ends where samples so small cannot reach the level.</returns>
    public static (double Low, double High) Interval(ReadOnlySpan<double> x, ReadOnlySpan<double> y, double level)
    {
        var (m, n) = (x.Length, y.Length);
        var pairs = (long)m * n;
        var tail = (1 - level) / 2;
        var rank = MannWhitney.IsExact(m, n)
            ? RankSumCounts.Of(m, n).Quantile(tail)
            : (long)Math.Floor(pairs / 2.0 + Normal.InvCDF(0, 1, tail) * Math.Sqrt(pairs * (m + n + 1.0) / 12));
        return rank < 1
            ? (double.NegativeInfinity, double.PositiveInfinity)
            : (Difference(x, y, rank), Difference(x, y, pairs + 1 - rank));
    }

    /// <summary>
    /// The k-th smallest difference, k from 1, without making all m × n of them: the number of differences up to a value takes
    /// O(m + n), and the value is narrowed down by interpolation, by halving over the doubles (so that no data make it slow) and by
    /// trying the next difference (so that many equal ones do not).
    /// </summary>
    private static double Difference(ReadOnlySpan<double> x, ReadOnlySpan<double> y, long k)
    {
        // At most low: fewer than k; at most high: k or more.
        var (low, high) = (Math.BitDecrement(y[0] - x[^1]), y[^1] - x[0]);
        var (below, upTo) = (0L, (long)x.Length * y.Length);
        for (var step = 0; ; step++)
        {
            double probe;
            if (step % 4 == 3 || upTo - below <= 2)
            {
                probe = NextAbove(x, y, low);
                if (CountUpTo(x, y, probe) is var count && count >= k)
                    return probe;
                (low, below) = (probe, count);
            }
            probe = step % 4 == 2
                ? Unorder(Order(low) + (long)((ulong)(Order(high) - Order(low)) >> 1))
                : low + (high - low) * ((k - 0.5 - below) / (upTo - below));
            if (probe <= low || probe >= high)
                continue;
            var reached = CountUpTo(x, y, probe);
            if (reached >= k)
                (high, upTo) = (probe, reached);
            else
                (low, below) = (probe, reached);
        }
    }

    private static long CountUpTo(ReadOnlySpan<double> x, ReadOnlySpan<double> y, double limit)
    {
        // The greater x, the more y lie within the limit.
        var count = 0L;
        var j = 0;
        foreach (var value in x)
        {
            while (j < y.Length && y[j] - value <= limit)
                j++;
            count += j;
        }
        return count;
    }

    private static double NextAbove(ReadOnlySpan<double> x, ReadOnlySpan<double> y, double limit)
    {
        var next = double.PositiveInfinity;
        var j = 0;
        foreach (var value in x)
        {
            while (j < y.Length && y[j] - value <= limit)
                j++;
            if (j < y.Length)
                next = Math.Min(next, y[j] - value);
        }
        return next;
    }

    // IEEE 754 doubles as integers of the same order; −0 and 0 are neighbours.
    private static long Order(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        return bits >= 0 ? bits : long.MinValue - bits;
    }

    private static double Unorder(long order) => BitConverter.Int64BitsToDouble(order >= 0 ? order : long.MinValue - order);
}
