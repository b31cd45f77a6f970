using Lab.Contracts.Runs;
using Lab.Reports.Statistics.SelfTest;
using MathNet.Numerics.Distributions;

namespace Lab.Reports.Trends;

/// <summary>
/// What the trend's statistics do on simulated nights: how often they cry wolf in a fortnight, and how soon they see a step. Every
/// morning is judged as the command does it, with the nights until then.
/// </summary>
public static class TrendSelfTest
{
    private const string Suite = "trend";
    private const int Nights = 40;
    private const int Fortnight = 14;
    private const int FoundWithin = 5;
    private const int AlarmWithin = 2;
    private const double Variation = 0.02;
    private const double FalseAlarmsMax = 0.03;
    private const double FoundMin = 0.90;

    /// <summary>A trial judges up to fifteen mornings of forty nights.</summary>
    private const int Cost = 2;

    private static readonly DateOnly FirstNight = new(2026, 1, 1);

    private static readonly (string Name, Func<Random, double> Night)[] Shapes =
    [
        ("normal, 2 %", random => Normal.Sample(random, 1, Variation)),
        ("log-normal, 2 %", random => Math.Exp(Normal.Sample(random, 0, Variation))),
        ("quantised to 1 %", random => Math.Round(Normal.Sample(random, 1, Variation), 2)),
        ("quantised to 5 %", random => 0.05 * Math.Round(20 * Normal.Sample(random, 1, Variation))),
        ("constant (MAD = 0)", _ => 1),
        ("nine of ten alike", random => random.NextDouble() < 0.9 ? 1 : Normal.Sample(random, 1, 5 * Variation)),
        ("bimodal, 4 % apart", random => Normal.Sample(random, random.NextDouble() < 0.5 ? 0.98 : 1.02, Variation / 4)),
    ];

    public static IReadOnlyList<SelfTestCase> Cases { get; } =
    [
        .. Shapes.Select(shape => new SelfTestCase(
            Suite, shape.Name, 0, Nights, [new SelfTestQuestion("alarm a fortnight", AtMost: FalseAlarmsMax)],
            seed => [RaisesInAFortnight(Series(Seeded(seed), shape.Night, Nights))], Cost)),
        Step(0.05, $"within {FoundWithin} nights", FoundWithin, _ => true),
        Step(0.10, $"alarm in {AlarmWithin} nights", AlarmWithin, change => change.Kind == TrendEventKind.Alarm),
    ];

    private static SelfTestCase Step(double shift, string outcome, int within, Func<TrendEvent, bool> counts) => new(
        Suite, Shapes[0].Name, shift, Nights, [new SelfTestQuestion(outcome, AtLeast: FoundMin)],
        seed => [IsFound(Series(Seeded(seed), Shapes[0].Night, Nights + within, shift), counts)], Cost);

    private static Random Seeded(ulong seed) => new((int)(seed >> 32));

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

    private static bool IsFound(NightPoint[] points, Func<TrendEvent, bool> counts)
    {
        var step = FirstNight.AddDays(Nights);
        return Enumerable.Range(Nights + 1, points.Length - Nights).Any(nights => Morning(points, nights).Events.Any(
            change => change.Alarming && counts(change) && Math.Abs(change.Night.DayNumber - step.DayNumber) <= TrendPolicy.Default.AnnotationReachDays));
    }

    private static TrendSeries Morning(NightPoint[] points, int nights) =>
        new TrendJudge(TrendPolicy.Default, [], points[nights - 1].Night)
            .Judge(new TrendHistory("", "", Units.Second, Better.Lower, "", IsRatio: false, points[..nights]));
}
