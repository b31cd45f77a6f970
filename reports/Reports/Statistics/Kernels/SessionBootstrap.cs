namespace Lab.Reports.Statistics.Kernels;

/// <summary>
/// Bootstrap of the Hodges-Lehmann shift between two arms of nested data: sessions are drawn with replacement, then iterations
/// inside each drawn session, whose median is the replicate (Davison and Hinkley 1997, §3.8).
/// </summary>
internal static class SessionBootstrap
{
    /// <param name="a">Sessions of arm A, each ascending and not empty.</param>
    /// <param name="b">See <paramref name="a"/>.</param>
    /// <param name="count">How many resamples.</param>
    /// <param name="seed">The same seed draws the same resamples.</param>
    public static double[] Replicates(double[][] a, double[][] b, int count, ulong seed)
    {
        var random = new SplitMix64(seed);
        var (drawnA, drawnB) = (new double[a.Length], new double[b.Length]);
        var tally = new int[Math.Max(a.Max(session => session.Length), b.Max(session => session.Length))];
        var replicates = new double[count];
        for (var i = 0; i < count; i++)
        {
            Draw(a, drawnA, tally, ref random);
            Draw(b, drawnB, tally, ref random);
            replicates[i] = HodgesLehmann.Shift(drawnA, drawnB);
        }
        return replicates;
    }

    /// <summary>
    /// Empirical influence of each session on the shift, by leaving it out (Davison and Hinkley 1997, equation 2.42; the arms are
    /// strata: boot's empinf(type = "jack")).
    /// </summary>
    /// <param name="a">Session medians of arm A, ascending, at least 2.</param>
    /// <param name="b">See <paramref name="a"/>.</param>
    public static double[] Influence(double[] a, double[] b)
    {
        var shift = HodgesLehmann.Shift(a, b);
        return
        [
            .. Without(a).Select(rest => (a.Length - 1) * (shift - HodgesLehmann.Shift(rest, b))),
            .. Without(b).Select(rest => (b.Length - 1) * (shift - HodgesLehmann.Shift(a, rest))),
        ];
    }

    private static void Draw(double[][] sessions, double[] drawn, int[] tally, ref SplitMix64 random)
    {
        for (var i = 0; i < drawn.Length; i++)
            drawn[i] = MedianOfResample(sessions[random.Below(sessions.Length)], tally, ref random);
        Array.Sort(drawn);
    }

    private static double MedianOfResample(double[] sorted, int[] tally, ref SplitMix64 random)
    {
        var n = sorted.Length;
        if (n == 1)
            return sorted[0];
        // How often each place was drawn, then a walk to the middle: no sort.
        var counts = tally.AsSpan(0, n);
        counts.Clear();
        for (var i = 0; i < n; i++)
            counts[random.Below(n)]++;
        var (place, seen) = (0, counts[0]);
        while (seen < (n + 1) / 2)
            seen += counts[++place];
        var lower = sorted[place];
        if (n % 2 == 1 || seen > n / 2)
            return lower;
        do
            place++;
        while (counts[place] == 0);
        return (lower + sorted[place]) / 2;
    }

    private static IEnumerable<double[]> Without(double[] values) =>
        values.Select((_, left) => values.Where((_, i) => i != left).ToArray());
}
