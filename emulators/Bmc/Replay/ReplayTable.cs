using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Redfish;
using Lab.Emulators.Bmc.Redfish.Resources;

namespace Lab.Emulators.Bmc.Replay;

/// <summary>A service that shows a recorded tree, to be read alone; logging in is its own, since a recording has no passwords.</summary>
internal static class ReplayTable
{
    internal static ResourceTable Build(RecordedTree tree)
    {
        var table = new ResourceTable();
        table.MapEntryPoints();
        table.MapSessions();
        foreach (var (path, resource) in tree.Resources.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (path.StartsWith(Paths.SessionService, StringComparison.Ordinal))
                continue;
            var added = table.Add(path, _ => Copy(resource));
            if (path == Paths.Root)
                added.Public();
        }
        return table;
    }

    // Recorded tags are of what was recorded; ours are of what is sent.
    private static JsonObject Copy(JsonObject resource)
    {
        var copy = (JsonObject)resource.DeepClone();
        copy.Remove("@odata.etag");
        return copy;
    }
}
