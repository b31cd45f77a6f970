using Lab.Reports.Comparison;
using Lab.Reports.Statistics;

namespace Lab.Cli.Experiments;

/// <summary>What an experiment says of a candidate of a search: bad when a metric that counts regressed. What stayed undecided counts as good, with a remark.</summary>
internal static class CandidateJudge
{
    /// <param name="metrics">Those that count.</param>
    /// <exception cref="UsageException">There are none.</exception>
    public static CommitVerdict Of(string commit, IReadOnlyList<MetricComparison> metrics, string glob)
    {
        if (metrics.Count == 0)
            throw new UsageException($"no metric that was measured is called '{glob}'");
        var regressed = metrics.Where(metric => metric.Judgement.Verdict == Judgement.Regressed).ToList();
        if (regressed.Count > 0)
            return new CommitVerdict(commit, CommitState.Bad, string.Join(" ", regressed.Select(metric => $"{metric.Name}: {metric.Judgement.Reason}")));
        var undecided = metrics.Where(metric => metric.Judgement.Verdict is Judgement.Undecided or Judgement.NotComparable).ToList();
        return new CommitVerdict(commit, CommitState.Good, undecided.Count == 0
            ? "no regression"
            : $"taken for good, though undecided: {string.Join(", ", undecided.Select(metric => metric.Name))}");
    }
}
