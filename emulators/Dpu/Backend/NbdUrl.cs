using System.Diagnostics.CodeAnalysis;

namespace Lab.Emulators.Dpu.Backend;

/// <summary>nbd://host[:port]/export (NBD URI specification); port 10809 when none is given.</summary>
internal sealed record NbdUrl(string Host, int Port, string Export)
{
    private const int DefaultPort = 10809;

    public static bool TryParse(string text, [NotNullWhen(true)] out NbdUrl? url)
    {
        url = null;
        if (text.Length > DpuLimits.UrlLengthMax
            || !Uri.TryCreate(text, UriKind.Absolute, out var uri)
            || uri.Scheme != "nbd" || uri.Host.Length == 0 || uri.UserInfo.Length != 0 || uri.Query.Length != 0 || uri.Fragment.Length != 0)
            return false;
        var export = Uri.UnescapeDataString(uri.AbsolutePath);
        url = new NbdUrl(uri.DnsSafeHost, uri.Port > 0 ? uri.Port : DefaultPort, export.Length > 0 ? export[1..] : "");
        return true;
    }

    /// <exception cref="FormatException">The text is no such URL.</exception>
    public static NbdUrl Parse(string text) => TryParse(text, out var url) ? url : throw new FormatException("no NBD URL: " + text);
}
