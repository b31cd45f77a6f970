using System.Collections.Concurrent;

namespace Lab.Reports.Statistics.Kernels;

/// <summary>
/// The Mann-Whitney statistic U of two samples without ties under the null hypothesis: the share of arrangements with each U
/// (Mann and Whitney 1947; R's dwilcox, pwilcox, qwilcox).
/// </summary>
internal sealed class RankSumCounts
{
    private static readonly ConcurrentDictionary<(int, int), RankSumCounts> Known = new();
    private readonly double[] _cumulated;

    private RankSumCounts(int m, int n)
    {
        var ranks = new int[m + n];
        for (var i = 0; i < ranks.Length; i++)
            ranks[i] = i;
        // With ranks from 0 a sample of m takes at least 0 + 1 + … + (m − 1).
        var least = m * (m - 1) / 2;
        var shares = SubsetSums.Shares(ranks, m);
        _cumulated = new double[m * n + 1];
        var sum = 0.0;
        for (var u = 0; u < _cumulated.Length; u++)
            _cumulated[u] = sum += shares[u + least];
    }

    public static RankSumCounts Of(int m, int n) => Known.GetOrAdd((Math.Min(m, n), Math.Max(m, n)), key => new(key.Item1, key.Item2));

    /// <summary>P(U ≤ u).</summary>
    public double Cdf(int u) => u < 0 ? 0 : u >= _cumulated.Length ? 1 : _cumulated[u];

    /// <summary>Least u with P(U ≤ u) ≥ p.</summary>
    public int Quantile(double p)
    {
        // Sums of a million doubles miss the round value by some parts in 10¹⁵.
        const double slack = 1e-13;
        var u = 0;
        while (u < _cumulated.Length - 1 && _cumulated[u] < p - slack)
            u++;
        return u;
    }
}
