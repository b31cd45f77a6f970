namespace Lab.Reports.Statistics.Kernels;

/// <summary>
/// Dip test of unimodality (Hartigan and Hartigan 1985; the algorithm of AS 217 with Mächler's corrections in R's diptest).
/// The dip is the least possible distance between the data's distribution function and a unimodal one.
/// </summary>
internal static class HartiganDip
{
    /// <summary>Fewer values than this have no modes to speak of.</summary>
    public const int Least = 10;

    // The 99 % quantiles of √n·dip of uniform samples: R's diptest, qDiptab, column 0.99. Beyond the last row they hardly move.
    private static readonly (int N, double Root)[] Critical =
    [
        (10, 0.504966), (15, 0.526662), (20, 0.539447), (30, 0.555821), (50, 0.574170), (100, 0.590241), (200, 0.603678),
        (500, 0.613841), (1_000, 0.620060), (2_000, 0.624557), (5_000, 0.626750), (10_000, 0.628035), (72_000, 0.632672),
    ];

    /// <summary>More than one mode, at 1 %.</summary>
    /// <param name="sorted">Ascending.</param>
    public static bool IsMultimodal(ReadOnlySpan<double> sorted)
    {
        var n = sorted.Length;
        return n >= Least && Math.Sqrt(n) * Dip(sorted) > CriticalRoot(n);
    }

    private static double CriticalRoot(int n)
    {
        for (var i = 1; i < Critical.Length; i++)
        {
            var (lower, upper) = (Critical[i - 1], Critical[i]);
            if (n <= upper.N)
                return lower.Root + (upper.Root - lower.Root) * (n - lower.N) / (upper.N - lower.N);
        }
        return Critical[^1].Root;
    }

    /// <param name="x">Ascending, not empty.</param>
    public static double Dip(ReadOnlySpan<double> x)
    {
        var n = x.Length;
        if (n < 2 || x[0] == x[^1])
            return 1.0 / (2 * n);
        var minorant = Minorant(x);
        var majorant = Majorant(x);
        // Chains of touching points between low and high: the greatest convex minorant from high down, the least concave
        // majorant from low up. Each round narrows [low, high] to the modal interval; distances are in units of 1/n.
        var gcm = new int[n];
        var lcm = new int[n];
        var (low, high) = (0, n - 1);
        var dip = 1.0;
        while (true)
        {
            var lastGcm = Chain(gcm, minorant, high, low);
            var lastLcm = Chain(lcm, majorant, low, high);
            var (distance, ig, ih) = Farthest(x, gcm, lastGcm, lcm, lastLcm);
            if (distance < dip)
                break;
            dip = Math.Max(dip, Math.Max(BelowMinorant(x, gcm, ig, lastGcm), AboveMajorant(x, lcm, ih, lastLcm)));
            if (low == gcm[ig] && high == lcm[ih])
                break;
            (low, high) = (gcm[ig], lcm[ih]);
        }
        return dip / (2 * n);
    }

    private static int[] Minorant(ReadOnlySpan<double> x)
    {
        var previous = new int[x.Length];
        for (var j = 1; j < x.Length; j++)
        {
            previous[j] = j - 1;
            while (previous[j] is var a && a != 0 && previous[a] is var b && (x[j] - x[a]) * (a - b) >= (x[a] - x[b]) * (j - a))
                previous[j] = b;
        }
        return previous;
    }

    private static int[] Majorant(ReadOnlySpan<double> x)
    {
        var last = x.Length - 1;
        var next = new int[x.Length];
        next[last] = last;
        for (var k = last - 1; k >= 0; k--)
        {
            next[k] = k + 1;
            while (next[k] is var a && a != last && next[a] is var b && (x[k] - x[a]) * (a - b) >= (x[a] - x[b]) * (k - a))
                next[k] = b;
        }
        return next;
    }

    private static int Chain(int[] chain, int[] links, int from, int to)
    {
        var i = 0;
        for (chain[0] = from; chain[i] != to; i++)
            chain[i + 1] = links[chain[i]];
        return i;
    }

    /// <summary>The greatest distance between the two chains, and where in each of them it is.</summary>
    private static (double Distance, int Ig, int Ih) Farthest(ReadOnlySpan<double> x, int[] gcm, int lastGcm, int[] lcm, int lastLcm)
    {
        if (lastGcm == 1 && lastLcm == 1)
            return (1, 1, 1);
        var (ig, ih, ix, iv, distance) = (lastGcm, lastLcm, lastGcm - 1, 1, 0.0);
        do
        {
            var (g, l) = (gcm[ix], lcm[iv]);
            double d;
            if (g > l)
            {
                var before = gcm[ix + 1];
                d = l - before + 1 - (x[l] - x[before]) * (g - before) / (x[g] - x[before]);
                iv++;
                if (d >= distance)
                    (distance, ig, ih) = (d, ix + 1, iv - 1);
            }
            else
            {
                var before = lcm[iv - 1];
                d = (x[g] - x[before]) * (l - before) / (x[l] - x[before]) - (g - before - 1);
                ix--;
                if (d >= distance)
                    (distance, ig, ih) = (d, ix + 1, iv);
            }
            (ix, iv) = (Math.Max(ix, 0), Math.Min(iv, lastLcm));
        }
        while (gcm[ix] != lcm[iv]);
        return (distance, ig, ih);
    }

    private static double BelowMinorant(ReadOnlySpan<double> x, int[] gcm, int from, int last)
    {
        var greatest = 0.0;
        for (var j = from; j < last; j++)
        {
            var (begin, end, here) = (gcm[j + 1], gcm[j], 1.0);
            if (end - begin > 1 && x[end] != x[begin])
                for (var i = begin; i <= end; i++)
                    here = Math.Max(here, i - begin + 1 - (x[i] - x[begin]) * (end - begin) / (x[end] - x[begin]));
            greatest = Math.Max(greatest, here);
        }
        return greatest;
    }

    private static double AboveMajorant(ReadOnlySpan<double> x, int[] lcm, int from, int last)
    {
        var greatest = 0.0;
        for (var j = from; j < last; j++)
        {
            var (begin, end, here) = (lcm[j], lcm[j + 1], 1.0);
            if (end - begin > 1 && x[end] != x[begin])
                for (var i = begin; i <= end; i++)
                    here = Math.Max(here, (x[i] - x[begin]) * (end - begin) / (x[end] - x[begin]) - (i - begin - 1));
            greatest = Math.Max(greatest, here);
        }
        return greatest;
    }
}
