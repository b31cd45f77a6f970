using Lab.Contracts.Runs;
using Lab.Reports.Statistics.Kernels;

namespace Lab.Reports.Statistics;

/// <summary>
/// Judges all series of a comparison: each by <see cref="SeriesJudge"/>, then Benjamini-Hochberg over their p (a verdict whose q is
/// above the policy's goes back to undecided), then the mean change of each metric that has several series.
/// </summary>
public static class FamilyJudge
{
    public static FamilyJudgement Judge(IReadOnlyList<SeriesPair> pairs, JudgePolicy policy)
    {
        var judged = new SeriesJudgement[pairs.Count];
        // Each series has a seed of its own: the result does not depend on how the work is shared out.
        Parallel.For(0, pairs.Count, i => judged[i] = SeriesJudge.Judge(pairs[i], policy));
        return Of(pairs, judged, policy);
    }

    /// <summary>For who has the judgements of the pairs, in their order, for instance after judging some of them again.</summary>
    public static FamilyJudgement Of(IReadOnlyList<SeriesPair> pairs, IReadOnlyList<SeriesJudgement> judged, JudgePolicy policy)
    {
        var series = Adjusted(judged, policy);
        var metrics = pairs.Zip(series)
            .Where(row => row.First.Better != Better.None && row.Second.Verdict != Judgement.NotComparable)
            .GroupBy(row => row.First.Metric)
            .Select(group => MetricFamilyTest.Of(group.Key, [.. group.Select(row => row.First)], [.. group.Select(row => row.Second.Threshold)], policy))
            .OfType<MetricFamily>().ToList();
        var (verdict, reason) = Verdict(series, metrics);
        return new FamilyJudgement(verdict, reason, series, metrics);
    }

    private static List<SeriesJudgement> Adjusted(IReadOnlyList<SeriesJudgement> judged, JudgePolicy policy)
    {
        static bool Tested(SeriesJudgement one) => one is { P: not null, Better: not Better.None };
        var q = BenjaminiHochberg.Adjust(judged.Where(Tested).Select(one => one.P!.Value).ToArray());
        var next = 0;
        return [.. judged.Select(one => Tested(one) ? WithQ(one, q[next++], policy) : one)];
    }

    private static SeriesJudgement WithQ(SeriesJudgement judgement, double q, JudgePolicy policy) =>
        judgement.Verdict is Judgement.Regressed or Judgement.Improved && q > policy.Q
            ? judgement with { Q = q, Verdict = Judgement.Undecided, Reason = JudgementText.Demoted(q, policy.Q) + judgement.Reason }
            : judgement with { Q = q };

    private static (Judgement Verdict, string Reason) Verdict(List<SeriesJudgement> series, List<MetricFamily> metrics)
    {
        var directed = series.Where(one => one.Better != Better.None).ToList();
        IEnumerable<string> Named(Judgement verdict) => directed.Where(one => one.Verdict == verdict).Select(one => one.Series)
            .Concat(metrics.Where(one => one.Verdict == verdict).Select(one => $"{one.Metric} as a whole ({JudgementText.Change(one.Change)})"));
        foreach (var verdict in new[] { Judgement.Regressed, Judgement.Undecided, Judgement.Improved })
        {
            // A metric as a whole regresses or improves; that it is undecided adds nothing to its series.
            var names = verdict == Judgement.Undecided
                ? directed.Where(one => one.Verdict == verdict).Select(one => one.Series).ToList()
                : [.. Named(verdict)];
            if (names.Count > 0)
                return (verdict, $"{verdict}: {Listed(names)}.");
        }
        return directed.Any(one => one.Verdict == Judgement.Equivalent)
            ? (Judgement.Equivalent, "All series that could be compared are equivalent.")
            : (Judgement.NotComparable, "No series could be compared.");
    }

    private static string Listed(List<string> names)
    {
        const int most = 5;
        var text = string.Join(", ", names.Take(most));
        return names.Count > most ? $"{text} and {names.Count - most} more" : text;
    }
}
