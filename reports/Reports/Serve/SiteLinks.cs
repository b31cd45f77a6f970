namespace Lab.Reports.Serve;

/// <summary>The pages of a served site, for the bar of each; pages in files have none.</summary>
/// <param name="Current">Address of the page that is shown.</param>
public sealed record SiteLinks(string Current)
{
    public const string Runs = "/";
    public const string Trend = "/trend";
    public const string Qualifications = "/qualifications";
    public const string Live = "/live";

    public static IReadOnlyList<(string Address, string Name)> All { get; } =
        [(Runs, "Runs"), (Trend, "Trend"), (Qualifications, "Qualification"), (Live, "Live")];

    public static string Run(string id) => $"/runs/{Uri.EscapeDataString(id)}/";

    public static string Qualification(string directory) => $"/qualifications/{Uri.EscapeDataString(directory)}/";
}
