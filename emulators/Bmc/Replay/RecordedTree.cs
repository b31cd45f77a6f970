using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lab.Emulators.Bmc.Replay;

/// <summary>The resources of a real BMC, recorded as a tar.gz of JSON files. Each says itself where it is, by @odata.id.</summary>
public sealed class RecordedTree
{
    private const long BytesMax = 256L * 1024 * 1024;
    private const int ResourcesMax = 50_000;

    private RecordedTree(IReadOnlyDictionary<string, JsonObject> resources) => Resources = resources;

    /// <summary>By URI, without a slash at its end.</summary>
    public IReadOnlyDictionary<string, JsonObject> Resources { get; }

    /// <exception cref="InvalidDataException">It cannot be read, or holds no service root.</exception>
    public static RecordedTree Read(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            using var unpacked = new GZipStream(stream, CompressionMode.Decompress);
            return Read(file, new TarReader(unpacked));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException
            || (e is InvalidDataException && !e.Message.StartsWith(file, StringComparison.Ordinal)))
        {
            throw new InvalidDataException($"{file}: {e.Message}", e);
        }
    }

    private static RecordedTree Read(string file, TarReader tar)
    {
        var resources = new Dictionary<string, JsonObject>();
        long bytes = 0;
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is null || !entry.Name.EndsWith(".json", StringComparison.Ordinal))
                continue;
            bytes += entry.Length;
            if (bytes > BytesMax || resources.Count >= ResourcesMax)
                throw new InvalidDataException($"{file} holds more than {BytesMax} bytes or {ResourcesMax} resources");
            if (Parse(file, entry) is { } resource && resource["@odata.id"] is JsonValue value && value.TryGetValue<string>(out var path))
                resources[path.TrimEnd('/')] = resource;
        }
        return resources.ContainsKey("/redfish/v1") ? new RecordedTree(resources) : throw new InvalidDataException($"{file} holds no /redfish/v1");
    }

    private static JsonObject? Parse(string file, TarEntry entry)
    {
        try
        {
            return JsonNode.Parse(entry.DataStream!) as JsonObject;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{file}, {entry.Name}: {e.Message}", e);
        }
    }
}
