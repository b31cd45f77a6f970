namespace Lab.Reports.Statistics.Kernels;

/// <summary>
/// How the sum of a random subset is distributed: dynamic programming over items, subset size and sum
/// (Streitberg and Röhmel 1986, the shift algorithm).
/// </summary>
internal static class SubsetSums
{
    /// <summary>Steps for the subsets of <paramref name="size"/> of these items, to be asked before <see cref="Shares"/>.</summary>
    public static long Cost(ReadOnlySpan<int> items, int size)
    {
        var total = 0L;
        foreach (var item in items)
            total += item;
        return items.Length * size * (total + 1);
    }

    /// <summary>The share of all subsets of <paramref name="size"/> that have each sum; index is the sum.</summary>
    /// <param name="items">Not negative.</param>
    public static double[] Shares(ReadOnlySpan<int> items, int size)
    {
        var total = 0;
        foreach (var item in items)
            total += item;
        // rows[k][s]: probability that, of the items so far, k were taken and sum to s. Probabilities, as counts would overflow:
        // the chance of the next item to be taken is (size − k) / (items left).
        var rows = new double[size + 1][];
        for (var k = 0; k <= size; k++)
            rows[k] = new double[total + 1];
        rows[0][0] = 1;
        var reached = 0;
        for (var i = 0; i < items.Length; i++)
        {
            double left = items.Length - i;
            var item = items[i];
            for (var k = Math.Min(i, size); k >= 0; k--)
            {
                var take = (size - k) / left;
                var row = rows[k].AsSpan(0, reached + 1);
                if (take > 0)
                {
                    var next = rows[k + 1].AsSpan(item, reached + 1);
                    for (var s = 0; s < row.Length; s++)
                        next[s] += row[s] * take;
                }
                var stay = Math.Max(0, 1 - take);
                for (var s = 0; s < row.Length; s++)
                    row[s] *= stay;
            }
            reached += item;
        }
        return rows[size];
    }
}
