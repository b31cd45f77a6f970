using Lab.Contracts.Runs;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace Lab.Reports.Trends;

/// <summary>One figure of the detector beside the limit it must keep.</summary>
/// <param name="Shape">How the nights are spread.</param>
/// <param name="Shift">Relative step put in; 0 for nights that are all alike.</param>
/// <param name="N">Nights before the step, or nights in all.</param>
public sealed record TrendSelfTestRow(string Suite, string Shape, double Shift, int N, int Trials, double Observed, double Limit, bool Pass);

/// <summary>
/// What the trend's statistics do on simulated nights: how often they cry wolf in a fortnight, and how soon they see a step. Every
/// morning is judged as the command does it, with the nights until then.
/// </summary>
public static class TrendSelfTest
{
    public const string FalseAlarms = "trend: false alarms a fortnight";
    public const string Found = "trend: step found within 5 nights";
    public const string AlarmDelay = "trend: nights until the two-night alarm";

    private const int Nights = 40;
    private const int Fortnight = 14;
    private const int FoundWithin = 5;
    private const int DelayMax = 10;
    private const double Variation = 0.02;
    private const double FalseAlarmsMax = 0.03;
    private const double FoundMin = 0.90;
    private const double DelayMaxMean = 1.2;

    private static readonly DateOnly FirstNight = new(2026, 1, 1);

    // Limits from fourteen nights do not know every pairing of two modes; without UsualNights it would be 0.38.
    private const double BimodalFalseAlarmsMax = 0.10;

    private static readonly (string Name, Func<Random, double> Night, double FalseAlarmsMax)[] Shapes =
    [
        ("normal, 2 %", random => Normal.Sample(random, 1, Variation), FalseAlarmsMax),
        ("log-normal, 2 %", random => Math.Exp(Normal.Sample(random, 0, Variation)), FalseAlarmsMax),
        ("quantised to 1 %", random => Math.Round(Normal.Sample(random, 1, Variation), 2), FalseAlarmsMax),
        ("quantised to 5 %", random => 0.05 * Math.Round(20 * Normal.Sample(random, 1, Variation)), FalseAlarmsMax),
        ("constant (MAD = 0)", _ => 1, FalseAlarmsMax),
        ("nine of ten alike", random => random.NextDouble() < 0.9 ? 1 : Normal.Sample(random, 1, 5 * Variation), FalseAlarmsMax),
        ("bimodal, 4 % apart", random => Normal.Sample(random, random.NextDouble() < 0.5 ? 0.98 : 1.02, Variation / 4), BimodalFalseAlarmsMax),
    ];

    public static IReadOnlyList<TrendSelfTestRow> Run(int seed, int trials, CancellationToken cancel = default)
    {
        var rows = new List<TrendSelfTestRow>();
        foreach (var (name, night, limit) in Shapes)
        {
            var falsely = Share(trials, seed, random => RaisesInAFortnight(Series(random, night, Nights)), cancel);
            rows.Add(new(FalseAlarms, name, 0, Nights, trials, falsely, limit, falsely <= limit));
        }

        var normal = Shapes[0];
        var found = Share(
            trials, seed + 1, random => MorningsUntil(Series(random, normal.Night, Nights + FoundWithin, 0.05), _ => true) is not null, cancel);
        rows.Add(new(Found, normal.Name, 0.05, Nights, trials, found, FoundMin, found >= FoundMin));

        var delays = Simulate(
            trials, seed + 2, random => MorningsUntil(Series(random, normal.Night, Nights + DelayMax, 0.1), change => change.Kind == TrendEventKind.Alarm), cancel);
        var mean = delays.OfType<int>().Select(mornings => (double)(mornings - 1)).Mean();
        rows.Add(new(AlarmDelay, normal.Name, 0.1, Nights, trials, mean, DelayMaxMean, mean <= DelayMaxMean));
        return rows;
    }

    private static double Share(int trials, int seed, Func<Random, bool> trial, CancellationToken cancel) =>
        Simulate(trials, seed, trial, cancel).Count(hit => hit) / (double)trials;

    // Each trial has a seed of its own, so that the figures do not depend on who runs when.
    private static T[] Simulate<T>(int trials, int seed, Func<Random, T> trial, CancellationToken cancel) =>
        [.. Enumerable.Range(0, trials).AsParallel().AsOrdered().WithCancellation(cancel).Select(i => trial(new Random(SeedOf(seed, i))))];

    private static int SeedOf(int seed, int trial) => unchecked(seed * 1_000_003 + trial * 7919);

    private static NightPoint[] Series(Random random, Func<Random, double> night, int nights, double step = 0) =>
        [.. Enumerable.Range(0, nights).Select(i => new NightPoint
        {
            Night = FirstNight.AddDays(i),
            Value = night(random) * (i >= Nights ? 1 + step : 1),
        })];

    // An alarm is raised on the morning on which there is one and was none the morning before.
    private static bool RaisesInAFortnight(NightPoint[] points)
    {
        var before = Morning(points, Nights - Fortnight).Alarming;
        for (var nights = Nights - Fortnight + 1; nights <= Nights; nights++)
        {
            var now = Morning(points, nights).Alarming;
            if (now && !before)
                return true;
            before = now;
        }
        return false;
    }

    private static int? MorningsUntil(NightPoint[] points, Func<TrendEvent, bool> counts)
    {
        var step = FirstNight.AddDays(Nights);
        for (var nights = Nights + 1; nights <= points.Length; nights++)
        {
            if (Morning(points, nights).Events.Any(change => change.Alarming && counts(change) && Math.Abs(change.Night.DayNumber - step.DayNumber) <= TrendPolicy.Default.AnnotationReachDays))
                return nights - Nights;
        }
        return null;
    }

    private static TrendSeries Morning(NightPoint[] points, int nights) =>
        new TrendJudge(TrendPolicy.Default, [], points[nights - 1].Night)
            .Judge(new TrendHistory("", "", Units.Second, Better.Lower, "", IsRatio: false, points[..nights]));
}
