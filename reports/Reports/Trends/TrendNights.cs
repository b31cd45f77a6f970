using Lab.Reports.Store;
using MathNet.Numerics.Statistics;

namespace Lab.Reports.Trends;

/// <summary>Nights from the store's runs.</summary>
public static class TrendNights
{
    private const string ComparisonField = "comparison key";
    private const int HashLength = 8;

    /// <param name="runs">Runs of the histories; one that is missing has an environment without fields.</param>
    public static IEnumerable<TrendHistory> Of(IEnumerable<SeriesHistory> histories, IEnumerable<StoredRun> runs)
    {
        var environments = runs.GroupBy(run => (run.Fingerprint, run.ComparisonHash))
            .ToDictionary(group => group.Key, group => EnvironmentOf(group.Key, group.First().Environment));
        return histories.Select(history => Of(history, environments));
    }

    private static TrendHistory Of(SeriesHistory history, Dictionary<(string Fingerprint, string ComparisonHash), TrendEnvironment> environments)
    {
        // Ratios and medians never make one series. Ratios are steadier, so that a few runs without a baseline are left out for them.
        var measured = history.Points.Where(point => !double.IsNaN(point.Median)).ToList();
        var isRatio = 2 * measured.Count(HasBaseline) > measured.Count;
        var used = isRatio ? measured.Where(HasBaseline).ToList() : measured;
        var nights = used.OrderBy(point => point.StartedAt).GroupBy(point => (Night: NightPoint.NightOf(point.StartedAt), point.Fingerprint, point.ComparisonHash));
        return new TrendHistory(
            history.Suite, history.Metric, history.Unit, history.Better, history.Label, isRatio,
            [.. nights.Select(night => new NightPoint
            {
                Night = night.Key.Night,
                Value = night.Select(point => isRatio ? point.Median / point.BaselineMedian!.Value : point.Median).Median(),
                Environment = environments.GetValueOrDefault((night.Key.Fingerprint, night.Key.ComparisonHash))
                    ?? EnvironmentOf((night.Key.Fingerprint, night.Key.ComparisonHash), new Dictionary<string, string>()),
                Sessions = night.Count(),
                Failed = night.Sum(point => point.Failed),
                FirstCommit = night.First().Commit,
                LastCommit = night.Last().Commit,
                RunId = night.Last().RunId,
            })],
            measured.Count - used.Count);
    }

    private static bool HasBaseline(SeriesPoint point) => point.BaselineMedian is > 0 and < double.PositiveInfinity;

    private static TrendEnvironment EnvironmentOf((string Fingerprint, string ComparisonHash) key, IReadOnlyDictionary<string, string> fields) =>
        new($"{key.Fingerprint}/{key.ComparisonHash}", new Dictionary<string, string>(fields)
        {
            [ComparisonField] = key.ComparisonHash[..Math.Min(HashLength, key.ComparisonHash.Length)],
        });
}
