using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Emulators.Host.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Testbed;

/// <summary>DMTF's schemas with python3-jsonschema as the judge, and the resources that can be reached from the root.</summary>
internal static class SchemaJudge
{
    private static readonly JsonSerializerOptions OneLine = new() { WriteIndented = false };

    /// <summary>Every resource by its path.</summary>
    public static async Task<Dictionary<string, JsonNode>> CrawlAsync(Func<string, Task<JsonNode>> read)
    {
        var found = new Dictionary<string, JsonNode>();
        var todo = new Queue<string>(["/redfish/v1/"]);
        while (todo.TryDequeue(out var path))
        {
            if (found.ContainsKey(path) || path.Contains('#', StringComparison.Ordinal))
                continue;
            var resource = await read(path);
            found.Add(path, resource);
            Collect(resource, todo);
        }
        return found;
    }

    /// <summary>What the judge says; "errors: 0" when all are valid.</summary>
    public static Task<string> ValidateAsync(IEnumerable<JsonNode> resources, CancellationToken token) =>
        JudgeAsync("validate.py", "redfish-schemas.zip", resources, token);

    /// <summary>What Ironic's interoperability profile says of them.</summary>
    public static Task<string> CheckIronicProfileAsync(IEnumerable<JsonNode> resources, CancellationToken token) =>
        JudgeAsync("check_profile.py", "OpenStackIronicProfile.v1_2_0.json", resources, token);

    private static async Task<string> JudgeAsync(string script, string data, IEnumerable<JsonNode> resources, CancellationToken token)
    {
        using var directory = new TestDirectory();
        var input = directory["resources"];
        await File.WriteAllLinesAsync(input, resources.Select(r => r.ToJsonString(OneLine)), token);
        var output = await RunningProcess.RunAsync(
            [
                "sh", "-c", "exec /usr/bin/python3 -W ignore \"$0\" \"$1\" < \"$2\"", Path.Combine(AppContext.BaseDirectory, "Redfish", script),
                Path.Combine(AppContext.BaseDirectory, "Schemas", data), input,
            ],
            token);
        return output.Trim();
    }

    private static void Collect(JsonNode? node, Queue<string> links)
    {
        switch (node)
        {
            case JsonObject part:
                if (part["@odata.id"]?.GetValue<string>() is { } link)
                    links.Enqueue(link);
                foreach (var (_, value) in part)
                    Collect(value, links);
                break;
            case JsonArray list:
                foreach (var item in list)
                    Collect(item, links);
                break;
        }
    }
}
