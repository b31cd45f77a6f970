namespace Lab.Reports;

/// <summary>Files a report adds to a run directory.</summary>
public static class ReportFiles
{
    public const string Html = "report.html";
    public const string JUnit = "junit.xml";
    public const string Markdown = "summary.md";
    public const string Json = "summary.json";
}
