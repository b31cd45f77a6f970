namespace Lab.Reports.Html;

/// <summary>Links to files of the run directory, where the page stands too.</summary>
internal static class EvidenceLink
{
    /// <summary>Each part escaped by itself; the record's reader has refused paths that leave the directory.</summary>
    public static string To(string file) => string.Join('/', file.Split('/').Select(Uri.EscapeDataString));
}
