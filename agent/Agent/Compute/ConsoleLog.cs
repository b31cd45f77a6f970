using System.Text;
using System.Text.Json;
using Lab.Agent.Dpu;

namespace Lab.Agent.Compute;

/// <summary>
/// Finds the serial console's log among a system's log services (DSP2046 LogService, LogEntry): the one whose id or name speaks of the
/// console. Its text is the first entry's AdditionalDataURI, or the entries' messages line by line.
/// </summary>
public static class ConsoleLog
{
    private static readonly string[] Words = ["console", "hostlogger", "serial", "sol"];

    /// <summary>Bytes of UTF-8 that are handed on; the end of the log is kept.</summary>
    public const int TextMax = 512 * 1024;

    public static async Task<string> ReadAsync(RedfishClient redfish, JsonElement system, CancellationToken token)
    {
        var services = await redfish.GetAsync(HostBmc.Link(system, "LogServices"), token);
        foreach (var path in services.Field("Members").Items().Select(m => m.Text("@odata.id")).OfType<string>())
        {
            var service = await redfish.GetAsync(path, token);
            if (!Words.Any(w => (service.Text("Id") + " " + service.Text("Name")).Contains(w, StringComparison.OrdinalIgnoreCase)))
                continue;
            var entries = await redfish.GetAsync(HostBmc.Link(service, "Entries"), token);
            return Cut(await TextAsync(redfish, entries, token));
        }
        throw new BmcException("the system has no log service of its console");
    }

    /// <summary>The last lines of a text; null for all.</summary>
    public static string LastLines(string text, int? linesMax)
    {
        if (linesMax is not { } max)
            return text;
        if (max <= 0)
            return "";
        var at = text.EndsWith('\n') ? text.Length - 1 : text.Length;
        for (var line = 0; line < max; line++)
        {
            at = at <= 0 ? -1 : text.LastIndexOf('\n', at - 1);
            if (at < 0)
                return text;
        }
        return text[(at + 1)..];
    }

    private static async Task<string> TextAsync(RedfishClient redfish, JsonElement entries, CancellationToken token)
    {
        var text = new StringBuilder();
        foreach (var member in entries.Field("Members").Items())
        {
            // A collection may hold its members whole or by reference (DSP0266 §9.5.1).
            var entry = member.Field("Message") is null && member.Field("AdditionalDataURI") is null && member.Text("@odata.id") is { } path
                ? await redfish.GetAsync(path, token) : member;
            if (entry.Text("AdditionalDataURI") is { } data)
                return await redfish.GetTextAsync(data, token);
            text.Append(entry.Text("Message")).Append('\n');
        }
        return text.ToString();
    }

    private static string Cut(string text) => text.Length > TextMax ? text[^TextMax..] : text;
}
