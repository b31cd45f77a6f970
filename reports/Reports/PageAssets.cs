namespace Lab.Reports;

/// <summary>Files put into the page as they are. A chart library from a network would not be there when a report is read years later.</summary>
internal static class PageAssets
{
    public static string ECharts { get; } = Read("echarts.common.min.js");

    public static string Script { get; } = Read("report.js");

    public static string Style { get; } = Read("report.css");

    public static string QualificationStyle { get; } = Read("qualification.css");

    private static string Read(string name)
    {
        using var stream = typeof(PageAssets).Assembly.GetManifestResourceStream("Lab.Reports.Assets." + name)
            ?? throw new InvalidOperationException($"asset {name} is not embedded");
        return new StreamReader(stream).ReadToEnd();
    }
}
