namespace Lab.Reports;

/// <summary>How much of a run the drawings show. Tables and statistics always count everything, or say what they leave out.</summary>
public static class ReportLimits
{
    public const int TimelinesPerChart = 60;
    public const int PointsPerSeries = 400;
    public const int MetricRows = 400;
    public const int MetricCharts = 60;
    public const int ScenarioRows = 2000;
    public const int ChecksPerScenario = 200;

    /// <summary>At most <see cref="PointsPerSeries"/> values with their numbers: evenly chosen, the least and the greatest always.</summary>
    public static IReadOnlyList<double[]> Thin(IReadOnlyList<double> values)
    {
        var indices = Enumerable.Range(0, values.Count);
        if (values.Count > PointsPerSeries)
        {
            var (least, greatest) = (0, 0);
            for (var i = 1; i < values.Count; i++)
            {
                if (values[i] < values[least])
                    least = i;
                if (values[i] > values[greatest])
                    greatest = i;
            }

            const int even = PointsPerSeries - 2;
            indices = Enumerable.Range(0, even)
                .Select(i => (int)((long)i * (values.Count - 1) / (even - 1)))
                .Append(least).Append(greatest).Distinct().Order();
        }

        return [.. indices.Select(i => new[] { i + 1, values[i] })];
    }
}
