using MathNet.Numerics.Statistics;

namespace Lab.Reports.Trends;

/// <summary>A course in one line of text: medians of equal stretches between the least and the greatest of them.</summary>
public static class Sparkline
{
    private const string Levels = "▁▂▃▄▅▆▇█";
    private const char Failed = '✕';

    public static string Of(IReadOnlyList<double> values, int width)
    {
        var columns = Math.Min(width, values.Count);
        var medians = Enumerable.Range(0, columns)
            .Select(i => values.Skip(i * values.Count / columns).Take((i + 1) * values.Count / columns - i * values.Count / columns).Median()).ToArray();
        var finite = medians.Where(double.IsFinite).ToArray();
        var (low, high) = finite.Length == 0 ? (0, 0) : (finite.Min(), finite.Max());
        return string.Concat(medians.Select(value => !double.IsFinite(value) ? Failed
            : Levels[high > low ? (int)Math.Round((value - low) / (high - low) * (Levels.Length - 1)) : Levels.Length / 2]));
    }
}
