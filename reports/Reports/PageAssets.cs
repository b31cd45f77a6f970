namespace Lab.Reports;

/// <summary>Files put into the page as they are. A chart library from a network would not be there when a report is read years later.</summary>
internal static class PageAssets
{
    private const string Prefix = "Lab.Reports.Assets.";

    public static string ECharts { get; } = Read("echarts.common.min.js");

    /// <summary>Runs before the first paint.</summary>
    public static string Theme { get; } = Read("theme.js");

    /// <summary>Every chart-*.js, between what they use and what uses them.</summary>
    public static string Script { get; } = string.Join('\n', new[] { "charts.js" }
        .Concat(typeof(PageAssets).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix + "chart-", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name => name[Prefix.Length..]))
        .Append("page.js").Select(Read));

    /// <summary>Of the trend page, beside the others.</summary>
    public static string TrendScript { get; } = Read("trend.js");

    public static string TrendStyle { get; } = Read("trend.css");

    public static string Style { get; } = Read("report.css");

    public static string QualificationStyle { get; } = Read("qualification.css");

    private static string Read(string name)
    {
        using var stream = typeof(PageAssets).Assembly.GetManifestResourceStream(Prefix + name)
            ?? throw new InvalidOperationException($"asset {name} is not embedded");
        return new StreamReader(stream).ReadToEnd();
    }
}
