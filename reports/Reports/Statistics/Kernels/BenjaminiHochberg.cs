namespace Lab.Reports.Statistics.Kernels;

/// <summary>p values adjusted for the false-discovery rate (Benjamini and Hochberg 1995; R's p.adjust(method = "BH")).</summary>
internal static class BenjaminiHochberg
{
    /// <returns>q in the order of <paramref name="p"/>.</returns>
    public static double[] Adjust(ReadOnlySpan<double> p)
    {
        var sorted = p.ToArray();
        var order = new int[p.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(sorted, order);
        var q = new double[p.Length];
        var least = 1.0;
        for (var i = sorted.Length - 1; i >= 0; i--)
            q[order[i]] = least = Math.Min(least, sorted[i] * sorted.Length / (i + 1));
        return q;
    }
}
