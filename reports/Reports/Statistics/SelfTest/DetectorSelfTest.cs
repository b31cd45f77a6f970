using Lab.Reports.Statistics.Kernels;

namespace Lab.Reports.Statistics.SelfTest;

/// <summary>
/// Shows that the detectors do what they say: simulated A/A must keep to the nominal rate of false alarms, injected changes must be
/// found with the computed power. Trials run in parallel; each has its own seed, so the result depends on the options alone.
/// </summary>
public static class DetectorSelfTest
{
    public const int DefaultTrials = 2_000;
    public const int MaximumTrials = 1_000_000;
    public const ulong DefaultSeed = 1;

    /// <param name="progress">Told the number of cases done.</param>
    public static IReadOnlyList<SelfTestRow> Run(
        IReadOnlyList<SelfTestCase> cases, ulong seed, int trials, IProgress<int>? progress = null, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        var rows = new List<SelfTestRow>();
        foreach (var (index, one) in cases.Index())
        {
            rows.AddRange(Rows(one, seed, Math.Max(1, trials / one.Cost), cancel));
            progress?.Report(index + 1);
        }
        return rows;
    }

    private static IEnumerable<SelfTestRow> Rows(SelfTestCase one, ulong seed, int trials, CancellationToken cancel)
    {
        var own = SplitMix64.SeedOf(seed, FormattableString.Invariant($"{one.Suite}/{one.Shape}/{one.Shift}/{one.N}"));
        var hits = new int[one.Questions.Count];
        Parallel.For(0, trials, new ParallelOptions { CancellationToken = cancel }, trial =>
        {
            var answers = one.Trial(new SplitMix64(own + (ulong)trial).Next());
            for (var i = 0; i < hits.Length; i++)
                if (answers[i])
                    Interlocked.Increment(ref hits[i]);
        });
        return one.Questions.Select((question, i) => new SelfTestRow(
            one.Suite, one.Shape, question.Outcome, one.Shift, one.N, trials, (double)hits[i] / trials, question.Expected, question.AtMost, question.AtLeast));
    }
}
