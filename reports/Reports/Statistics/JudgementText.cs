using System.Globalization;
using Lab.Contracts.Runs;

namespace Lab.Reports.Statistics;

/// <summary>Sentences of a judgement.</summary>
public static class JudgementText
{
    public static string Reason(SeriesJudgement judgement, JudgePolicy policy)
    {
        var effect = Effect(judgement);
        var interval = Interval(judgement);
        var threshold = Percent(judgement.Threshold);
        var p = P(judgement.P);
        var text = judgement.Verdict switch
        {
            Judgement.Regressed or Judgement.Improved =>
                $"{effect}, {interval} wholly beyond the threshold of {threshold}, p {p}",
            Judgement.Equivalent => $"{effect}, {interval} wholly inside ±{threshold}",
            _ when judgement is { Low: null, High: null } =>
                $"{effect}; so few values of this spread cannot give an interval of {Percent(judgement.Level)}",
            _ when Beyond(judgement) && judgement.Better == Better.None =>
                $"{effect}, {interval}; neither direction is better, so this informs and does not judge",
            _ when Beyond(judgement) =>
                $"{effect}, {interval} beyond the threshold of {threshold}, but p {p} is not below {Number(policy.AlphaPerLook)}",
            _ when judgement.ChangeShown =>
                $"{effect} and p {p} show a change, but the {interval} still reaches inside the threshold of {threshold}",
            _ => $"{effect}, but the {interval} reaches across the threshold of ±{threshold}",
        };
        return text + Noise(judgement) + ".";
    }

    public static string Failures(SeriesJudgement judgement) => string.Create(
        CultureInfo.InvariantCulture,
        $"{judgement.B.Failures} of {judgement.B.Iterations} operations of B failed, {judgement.A.Failures} of {judgement.A.Iterations} of A, Fisher's p {P(judgement.FailureP)}.");

    public static string Demoted(double q, double limit) => $"q {P(q)} over all series is above {Number(limit)}, so this may be one of many chances: ";

    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.#} %");

    public static string Change(double ratio) => string.Create(CultureInfo.InvariantCulture, $"{(ratio - 1) * 100:+0.0;−0.0;0.0} %");

    public static string P(double? p) => p switch
    {
        null => "unknown",
        < 0.0001 => "< 0.0001",
        _ => Number(p.Value),
    };

    private static string Number(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0.####}");

    private static string Effect(SeriesJudgement judgement) => judgement.Effect is { } ratio
        ? $"B is {Change(ratio)} against A"
        : "B against A has no finite ratio";

    private static string Interval(SeriesJudgement judgement) =>
        $"{Percent(judgement.Level)} interval {End(judgement.Low, "−∞")} to {End(judgement.High, "+∞")}";

    private static string End(double? ratio, string open) => ratio is { } value ? Change(value) : open;

    private static bool Beyond(SeriesJudgement judgement) =>
        judgement.Low > 1 + judgement.Threshold || judgement.High < 1 / (1 + judgement.Threshold);

    private static string Noise(SeriesJudgement judgement) => judgement switch
    {
        { AssumedNoise: { } assumed } => $"; few sessions and no calibration, so a noise of {Percent(assumed)} between sessions is assumed",
        { Noise: { } noise } when judgement.Flags.HasFlag(SeriesFlags.FewSessions) =>
            $"; few sessions, so the calibrated noise of {Percent(noise)} between sessions is counted in",
        _ => "",
    };
}
