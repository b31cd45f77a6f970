using Lab.Contracts.Runs;
using Lab.Reports.Trends;
using MathNet.Numerics.Distributions;

namespace Lab.Reports.Tests.Trends;

/// <summary>Series of nights, from a fixed seed.</summary>
internal static class Nights
{
    public static readonly DateOnly First = new(2026, 1, 1);

    public static readonly TrendEnvironment Old = new("old", SyntheticRun.Map(("kernel", "6.1"), ("cores", "2")));
    public static readonly TrendEnvironment New = new("new", SyntheticRun.Map(("kernel", "6.12"), ("cores", "2")));

    public static DateOnly At(int night) => First.AddDays(night);

    public static string Commit(int night) => night.ToString("x40", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Values around 1 with a variation of 1 %, times the level of each stretch.</summary>
    public static double[] Noisy(int seed, params (int Nights, double Level)[] stretches)
    {
        var random = new Random(seed);
        return [.. stretches.SelectMany(stretch => Enumerable.Range(0, stretch.Nights).Select(_ => stretch.Level * Normal.Sample(random, 1, 0.01)))];
    }

    public static NightPoint[] Points(params double[] values) =>
        [.. values.Select((value, i) => new NightPoint
        {
            Night = At(i), Value = value, Environment = Old, FirstCommit = Commit(i), LastCommit = Commit(i),
        })];

    public static TrendHistory History(IReadOnlyList<NightPoint> points, Better better = Better.Lower, string metric = "boot.total", string label = "") =>
        new("nightly", metric, Units.Second, better, label, IsRatio: false, points);

    public static TrendSeries Judge(IReadOnlyList<NightPoint> points, Better better = Better.Lower, params Annotation[] annotations) =>
        new TrendJudge(TrendPolicy.Default, annotations, points[^1].Night).Judge(History(points, better));
}
