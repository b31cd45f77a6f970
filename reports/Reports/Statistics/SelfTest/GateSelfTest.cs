using Lab.Contracts.Runs;
using Lab.Reports.Statistics.Kernels;

namespace Lab.Reports.Statistics.SelfTest;

/// <summary>
/// The gate under A/A and under injected slowdowns, over the shapes that are known to mislead detectors. A false alarm is a verdict
/// of regressed or improved, or a change said to be shown.
/// </summary>
public static class GateSelfTest
{
    private const string Suite = "gate";

    /// <summary>Power formulas are approximations; the normal ones are good to some per cent at ten values.</summary>
    private const double FormulaError = 0.05;

    /// <summary>What was asked of the gate: a shift of 10 % at ten replicates an arm and a CV of 5 %.</summary>
    private const double RequiredPower = 0.85;

    private static readonly JudgePolicy Policy = new() { Resamples = 400 };

    // A shift as large as the threshold is found half the time at any n: 5 % effects take the lower floor of 3 %.
    private static readonly JudgePolicy Fine = Policy with { Floor = 0.03 };

    public static IReadOnlyList<SelfTestCase> Cases { get; } =
    [
        .. NoiseShape.All.Select(shape => Alarm(shape, 10)),
        Alarm(NoiseShape.LogNormal, 5), Alarm(NoiseShape.LogNormal, 20), Alarm(NoiseShape.LogNormal, 30),
        Slowdown(NoiseShape.LogNormal, 0.10, 5, Policy),
        .. NoiseShape.All.Select(shape => Slowdown(shape, 0.10, 10, Policy)),
        Slowdown(NoiseShape.LogNormal, 0.10, 20, Policy),
        Slowdown(NoiseShape.LogNormal, 0.05, 10, Fine), Slowdown(NoiseShape.LogNormal, 0.05, 20, Fine), Slowdown(NoiseShape.LogNormal, 0.05, 30, Fine),
        Sessions("drift, interleaved", 0, Drifting), Sessions("drift, interleaved", 0.10, Drifting),
        Sessions("night-to-night 2 %, 30 iterations", 0, Nights), Sessions("night-to-night 2 %, 30 iterations", 0.10, Nights),
        PooledTrap(),
        Sessions("one in ten fails", 0, Failing),
        Rounds(0), Rounds(0.10),
        Few("1 session of 40, noise 4 % calibrated", 0, 1, 0.04, 0.04), Few("1 session of 40, noise 4 % calibrated", 0.5, 1, 0.04, 0.04),
        Few("3 sessions of 40, noise 4 % calibrated", 0, 3, 0.04, 0.04), Few("3 sessions of 40, noise 4 % calibrated", 0.25, 3, 0.04, 0.04),
        Few("1 session of 40, noise 6 %, not calibrated", 0, 1, 0.06, null), Few("1 session of 40, noise 4 %, not calibrated", 0.5, 1, 0.04, null),
        Few("1 value, noise 15 %, not calibrated", 0, 1, 0.15, null, iterations: 1), Few("1 value, noise 15 %, not calibrated", 2, 1, 0.15, null, iterations: 1),
        Family(),
    ];

    private static SelfTestCase Alarm(NoiseShape shape, int n)
    {
        double? expected = shape.Root is { } root
            ? Math.Min(
                PowerTheory.Attained(Policy.Alpha, n),
                2 * PowerTheory.ChangeShown(0, PowerTheory.StandardError(root, n), Math.Log(1 + Policy.Floor), Policy.Alpha, n))
            : null;
        return new(Suite, shape.Name, 0, n, [new("false alarm", expected, AtMost: Policy.Alpha)], seed => [IsAlarm(Judge(shape, 1, n, Policy, seed))]);
    }

    private static SelfTestCase Slowdown(NoiseShape shape, double shift, int n, JudgePolicy policy)
    {
        var (delta, limit) = (Math.Log(1 + shift), Math.Log(1 + policy.Floor));
        double? shown = null, regressed = null;
        if (shape.Root is { } root)
        {
            var error = PowerTheory.StandardError(root, n);
            shown = PowerTheory.ChangeShown(delta, error, limit, policy.Alpha, n);
            regressed = PowerTheory.Regressed(delta, error, limit, policy.Alpha, policy.Level, n);
        }
        var exact = ReferenceEquals(shape, NoiseShape.LogNormal) || ReferenceEquals(shape, NoiseShape.NormalNoise);
        var required = exact && shift == 0.10 && n == 10;
        return new(
            Suite, policy.Floor == Policy.Floor ? shape.Name : $"{shape.Name}, threshold 3 %", shift, n,
            [
                new("change shown", shown, AtLeast: required ? RequiredPower : exact ? shown - FormulaError : null),
                new("regressed", regressed, AtLeast: exact ? regressed - FormulaError : null),
            ],
            seed => Found(Judge(shape, 1 + shift, n, policy, seed)));
    }

    /// <summary>Ten sessions an arm, drawn together: they may share a course.</summary>
    private static SelfTestCase Sessions(string shape, double shift, Func<SplitMix64, double, (Arm A, Arm B)> arms)
    {
        const int n = 10;
        return shift == 0
            ? new(Suite, shape, 0, n, [new("false alarm", AtMost: Policy.Alpha)], seed => [IsAlarm(Judge(arms(new SplitMix64(seed), 1), Policy with { Seed = seed }))])
            : new(Suite, shape, shift, n, [new("change shown"), new("regressed")], 
                seed => Found(Judge(arms(new SplitMix64(seed), 1 + shift), Policy with { Seed = seed })));
    }

    /// <summary>ABBA over a machine that grows 1 % slower with each pair of sessions.</summary>
    private static (Arm A, Arm B) Drifting(SplitMix64 random, double ratio)
    {
        var (a, b) = (new List<double[]>(), new List<double[]>());
        for (var position = 0; position < 20; position++)
        {
            var isB = position % 4 is 1 or 2;
            var value = NoiseShape.LogNormal.Draw(ref random, isB ? ratio : 1) * (1 + 0.005 * position);
            (isB ? b : a).Add([value]);
        }
        return (Arm.Of(a), Arm.Of(b));
    }

    /// <summary>The reference's trap: CV 2 % from night to night, 3 % within.</summary>
    private static (Arm A, Arm B) Nights(SplitMix64 random, double ratio)
    {
        var a = Nested(ref random, 10, 30, 0.02, 0.03, 1);
        return (a, Nested(ref random, 10, 30, 0.02, 0.03, ratio));
    }

    private static (Arm A, Arm B) Failing(SplitMix64 random, double ratio)
    {
        Arm Side(double factor)
        {
            var sessions = new List<ArmSession>();
            for (var session = 0; session < 10; session++)
            {
                var values = new List<double>();
                for (var iteration = 0; iteration < 5; iteration++)
                    if (random.Unit() >= 0.1)
                        values.Add(NoiseShape.LogNormal.Draw(ref random, factor));
                sessions.Add(new ArmSession(values, 5 - values.Count));
            }
            return new Arm(sessions);
        }
        return (Side(1), Side(ratio));
    }

    /// <summary>What happens to those who take iterations for replicates: the reference's figure is 48 %. Nothing is judged by it.</summary>
    private static SelfTestCase PooledTrap() => new(
        "trap: Mann-Whitney over the iterations of one night", "night-to-night 2 %, 30 iterations", 0, 30, [new("false alarm", Expected: 0.48)], seed =>
        {
            var random = new SplitMix64(seed);
            var (a, b) = (Nested(ref random, 1, 30, 0.02, 0.03, 1), Nested(ref random, 1, 30, 0.02, 0.03, 1));
            return [MannWhitney.P([.. a.Sessions[0].Values], [.. b.Sessions[0].Values]) < Policy.Alpha];
        });

    /// <summary>Optional stopping: 10, 20, then 30 replicates, until a round decides.</summary>
    private static SelfTestCase Rounds(double shift)
    {
        var policy = Policy with { Looks = 3 };
        SelfTestQuestion[] questions = shift == 0
            ? [new("false alarm", AtMost: policy.Alpha)]
            : [new("change shown"), new("regressed", AtLeast: RequiredPower)];
        return new(Suite, "lognormal, up to three rounds of 10", shift, 30, questions, seed =>
        {
            var random = new SplitMix64(seed);
            var (a, b) = (new List<double[]>(), new List<double[]>());
            var (alarm, shown, regressed) = (false, false, false);
            for (var round = 0; round < policy.Looks; round++)
            {
                for (var i = 0; i < 10; i++)
                {
                    a.Add([NoiseShape.LogNormal.Draw(ref random, 1)]);
                    b.Add([NoiseShape.LogNormal.Draw(ref random, 1 + shift)]);
                }
                var judgement = Judge((Arm.Of(a), Arm.Of(b)), policy with { Seed = seed });
                alarm |= IsAlarm(judgement);
                shown |= judgement.ChangeShown;
                regressed = judgement.Verdict == Judgement.Regressed;
                if (judgement.Verdict != Judgement.Undecided)
                    break;
            }
            return shift == 0 ? [alarm] : [shown, regressed];
        }, Cost: 2);
    }

    private static SelfTestCase Few(string shape, double shift, int sessions, double noise, double? calibrated, int iterations = 40)
    {
        SelfTestQuestion[] questions = shift == 0
            ? [new("false alarm", AtMost: Policy.Alpha)]
            : [new("change shown"), new("regressed", AtLeast: RequiredPower)];
        return new(Suite, shape, shift, sessions, questions, seed =>
        {
            var random = new SplitMix64(seed);
            // A single value's scatter is all noise between sessions.
            var within = iterations == 1 ? 0 : 0.10;
            var a = Nested(ref random, sessions, iterations, noise, within, 1);
            var b = Nested(ref random, sessions, iterations, noise, within, 1 + shift);
            var judgement = SeriesJudge.Judge(new SeriesPair("m", "m", Better.Lower, a, b, calibrated), Policy with { Seed = seed });
            return shift == 0 ? [IsAlarm(judgement)] : Found(judgement);
        });
    }

    /// <summary>Twenty series at once: no more than q of the comparisons may hold a false verdict.</summary>
    private static SelfTestCase Family()
    {
        const int series = 20;
        return new(Suite, $"lognormal, {series} series", 0, 10, [new("any false verdict", AtMost: Policy.Q)], seed =>
        {
            var random = new SplitMix64(seed);
            var pairs = Enumerable.Range(0, series).Select(i =>
            {
                var (a, b) = Arms(NoiseShape.LogNormal, 1, 10, ref random);
                return new SeriesPair($"metric{i / 4}", $"series{i}", Better.Lower, a, b);
            }).ToList();
            return [FamilyJudge.Judge(pairs, Policy with { Seed = seed }).Verdict is Judgement.Regressed or Judgement.Improved];
        }, Cost: 10);
    }

    private static Arm Nested(ref SplitMix64 random, int sessions, int iterations, double between, double within, double ratio)
    {
        var arm = new double[sessions][];
        for (var session = 0; session < sessions; session++)
        {
            var level = NoiseShape.Typical * ratio * Math.Exp(between * NoiseShape.Gauss(ref random));
            arm[session] = new double[iterations];
            for (var i = 0; i < iterations; i++)
                arm[session][i] = level * Math.Exp(within * NoiseShape.Gauss(ref random));
        }
        return Arm.Of(arm);
    }

    private static (Arm A, Arm B) Arms(NoiseShape shape, double ratio, int n, ref SplitMix64 random)
    {
        var (a, b) = (new double[n][], new double[n][]);
        for (var i = 0; i < n; i++)
            (a[i], b[i]) = ([shape.Draw(ref random, 1)], [shape.Draw(ref random, ratio)]);
        return (Arm.Of(a), Arm.Of(b));
    }

    private static SeriesJudgement Judge(NoiseShape shape, double ratio, int n, JudgePolicy policy, ulong seed)
    {
        var random = new SplitMix64(seed);
        return Judge(Arms(shape, ratio, n, ref random), policy with { Seed = seed });
    }

    private static SeriesJudgement Judge((Arm A, Arm B) arms, JudgePolicy policy) =>
        SeriesJudge.Judge(new SeriesPair("m", "m", Better.Lower, arms.A, arms.B), policy);

    private static bool IsAlarm(SeriesJudgement judgement) =>
        judgement.ChangeShown || judgement.Verdict is Judgement.Regressed or Judgement.Improved;

    private static bool[] Found(SeriesJudgement judgement) =>
        [judgement is { ChangeShown: true, Effect: > 1 }, judgement.Verdict == Judgement.Regressed];
}
