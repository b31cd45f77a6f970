namespace Lab.Reports.Statistics.Kernels;

/// <summary>Ranks of two samples in one order, those of equal values averaged, doubled so that they are whole.</summary>
/// <param name="Doubled">Twice the midranks: x first, then y, each in the order given.</param>
/// <param name="TieSum">Σ(t³ − t) over groups of t equal values; 0 without ties.</param>
internal sealed record Midranks(int[] Doubled, double TieSum)
{
    public static Midranks Of(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var n = x.Length + y.Length;
        var values = new double[n];
        x.CopyTo(values);
        y.CopyTo(values.AsSpan(x.Length));
        var order = new int[n];
        for (var i = 0; i < n; i++)
            order[i] = i;
        Array.Sort(values, order);

        var doubled = new int[n];
        var tieSum = 0.0;
        for (var first = 0; first < n;)
        {
            var end = first + 1;
            while (end < n && values[end] == values[first])
                end++;
            double size = end - first;
            tieSum += size * (size * size - 1);
            for (var i = first; i < end; i++)
                doubled[order[i]] = first + 1 + end;
            first = end;
        }
        return new Midranks(doubled, tieSum);
    }
}
