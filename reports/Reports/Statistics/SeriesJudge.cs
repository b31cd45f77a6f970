using Lab.Contracts.Runs;
using Lab.Reports.Statistics.Kernels;

namespace Lab.Reports.Statistics;

/// <summary>
/// Judges one metric in two arms. The replicate is the session. From <see cref="ShiftEvidence.LeastSessions"/> sessions an arm on,
/// session medians are tested and the interval resamples sessions; with fewer the iterations are pooled and a calibrated (or
/// assumed) noise between sessions widens everything. Regressed and improved need the interval wholly beyond the threshold and
/// p below alpha; equivalent needs it wholly inside.
/// </summary>
public static class SeriesJudge
{
    public static SeriesJudgement Judge(SeriesPair pair, JudgePolicy policy)
    {
        var scale = JudgedScale.Of(pair);
        var few = Math.Min(scale.A.Length, scale.B.Length) < ShiftEvidence.LeastSessions;
        double? assumed = few && pair.Noise is null ? AssumedNoise.Of(scale) : null;
        var noise = pair.Noise ?? assumed ?? 0;
        var threshold = Math.Max(policy.FloorOf(pair.Metric), 2 * noise);
        var judgement = new SeriesJudgement
        {
            Series = pair.Series,
            Better = pair.Better,
            Verdict = Judgement.NotComparable,
            Reason = "",
            Level = policy.Level,
            Threshold = threshold,
            Noise = pair.Noise,
            AssumedNoise = assumed,
            A = ArmTails.Of(pair.A, pair.Better),
            B = ArmTails.Of(pair.B, pair.Better),
        };
        if (pair.A.Iterations == 0 || pair.B.Iterations == 0)
            return judgement with { Reason = $"{(pair.A.Iterations == 0 ? "A" : "B")} has no values of this series." };

        var evidence = ShiftEvidence.Of(scale, noise, pair.Noise is not null, policy, SplitMix64.SeedOf(policy.Seed, pair.Series));
        var limit = scale.Limit(threshold);
        var failures = FailureTest.Of(pair.A, pair.B);
        judgement = judgement with
        {
            Effect = scale.Ratio(evidence.Shift),
            Low = scale.Ratio(evidence.Low),
            High = scale.Ratio(evidence.High),
            Interval = evidence.Method,
            P = evidence.P,
            FailureP = failures?.Fisher,
            ChangeShown = assumed is null && evidence.P < policy.AlphaPerLook && Math.Abs(evidence.Shift) > limit,
            Flags = Flags(scale, few, assumed is not null, policy),
        };
        judgement = judgement with { Verdict = ByInterval(evidence, limit, pair.Better, policy) };
        judgement = judgement with { Reason = JudgementText.Reason(judgement, policy) };
        return ByFailures(judgement, failures, policy);
    }

    private static Judgement ByInterval(ShiftEvidence evidence, double limit, Better better, JudgePolicy policy)
    {
        if (evidence.Low >= -limit && evidence.High <= limit)
            return Judgement.Equivalent;
        var direction = evidence.Low > limit ? 1 : evidence.High < -limit ? -1 : 0;
        if (direction == 0 || better == Better.None || evidence.P >= policy.AlphaPerLook)
            return Judgement.Undecided;
        return direction > 0 == (better == Better.Lower) ? Judgement.Regressed : Judgement.Improved;
    }

    /// <summary>More failures are a regression whatever the times of those that came through; fewer are an improvement of what did not regress.</summary>
    private static SeriesJudgement ByFailures(SeriesJudgement judgement, FailureTest? failures, JudgePolicy policy)
    {
        if (failures is null || failures.P >= policy.AlphaPerLook || judgement.Better == Better.None || judgement.Verdict == Judgement.Regressed)
            return judgement;
        var verdict = failures.Direction > 0 ? Judgement.Regressed : Judgement.Improved;
        return judgement.Verdict == verdict
            ? judgement
            : judgement with { Verdict = verdict, P = failures.P, ChangeShown = true, Reason = JudgementText.Failures(judgement) };
    }

    private static SeriesFlags Flags(JudgedScale scale, bool few, bool assumed, JudgePolicy policy)
    {
        var flags = SeriesShape.Of(scale.A) | SeriesShape.Of(scale.B);
        if (few)
            flags |= SeriesFlags.FewSessions;
        if (assumed)
            flags |= SeriesFlags.NoiseAssumed;
        int Replicates(double[][] arm) => few ? arm.Sum(session => session.Length) : arm.Length;
        if (Math.Min(Replicates(scale.A), Replicates(scale.B)) < policy.RequiredReplicates)
            flags |= SeriesFlags.FewReplicates;
        return flags;
    }
}
