using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Accounts;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>
/// Every resource by the segments of its URI; one table for all BMCs of a process. A template's {name} takes any segment; those called
/// <c>{system}</c>, <c>{manager}</c> and <c>{chassis}</c> take the names the BMC's profile gives them.
/// </summary>
internal sealed class ResourceTable
{
    private readonly Node root = new();

    internal Resource Add(string template, Func<RedfishRequest, JsonObject?> read) =>
        Add(Resource.At(template, request => ValueTask.FromResult(read(request))));

    internal Resource AddAsync(string template, Func<RedfishRequest, ValueTask<JsonObject?>> read) => Add(Resource.At(template, read));

    /// <param name="members">URIs of the members; null when the collection is absent from this BMC.</param>
    internal Resource Collection(string template, string type, string name, Func<RedfishRequest, IEnumerable<string>?> members)
    {
        var resource = Add(template, request => members(request) is { } paths ? Json.Collection(request.Path, type, name, paths) : null);
        // DSP0266 §7.11: a POST to Members is one to the collection.
        Insert(template + "/Members", resource);
        return resource;
    }

    internal Resource CollectionAsync(string template, string type, string name, Func<RedfishRequest, ValueTask<IEnumerable<string>?>> members)
    {
        var resource = AddAsync(
            template, async request => await members(request) is { } paths ? Json.Collection(request.Path, type, name, paths) : null);
        Insert(template + "/Members", resource);
        return resource;
    }

    /// <summary>Something at a URI that is not read as a resource.</summary>
    internal Resource Other(string template) => Add(Resource.WithoutReading(template));

    /// <param name="template">Ends in the action's name, as in <c>/Actions/ComputerSystem.Reset</c>.</param>
    /// <param name="act">Takes its parameters, calls <see cref="RequestBody.End"/>, then acts.</param>
    internal void Action(string template, Role role, Func<RedfishRequest, RequestBody, Task> act) =>
        Other(template).On(HttpMethods.Post, role, request => ResourceWriter.ActAsync(request, template[(template.LastIndexOf('/') + 1)..], act));

    internal Resource? Find(BmcInstance bmc, string path, out IReadOnlyDictionary<string, string> values)
    {
        var found = new Dictionary<string, string>();
        values = found;
        return Find(root, bmc, path.Split('/', StringSplitOptions.RemoveEmptyEntries), 0, found);
    }

    private static Resource? Find(Node node, BmcInstance bmc, string[] segments, int index, Dictionary<string, string> values)
    {
        if (index == segments.Length)
            return node.Resource;
        var segment = segments[index];
        if (node.Literals.TryGetValue(segment, out var next) && Find(next, bmc, segments, index + 1, values) is { } literal)
            return literal;
        foreach (var (name, child) in node.Parameters)
        {
            if (!Takes(bmc, name, segment))
                continue;
            values[name] = Uri.UnescapeDataString(segment);
            if (Find(child, bmc, segments, index + 1, values) is { } parameter)
                return parameter;
            values.Remove(name);
        }
        return null;
    }

    private static bool Takes(BmcInstance bmc, string name, string segment) => name switch
    {
        "system" => segment == bmc.Profile.Ids.System,
        "manager" => segment == bmc.Profile.Ids.Manager,
        "chassis" => segment == bmc.Profile.Ids.Chassis,
        _ => true,
    };

    private Resource Add(Resource resource)
    {
        Insert(resource.Template, resource);
        return resource;
    }

    private void Insert(string template, Resource resource)
    {
        var node = root;
        foreach (var segment in template.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var children = segment[0] == '{' ? node.Parameters : node.Literals;
            var key = segment.Trim('{', '}');
            if (!children.TryGetValue(key, out var next))
                children.Add(key, next = new Node());
            node = next;
        }
        if (node.Resource is not null)
            throw new InvalidOperationException($"two resources at {template}");
        node.Resource = resource;
    }

    private sealed class Node
    {
        internal Dictionary<string, Node> Literals { get; } = [];
        internal Dictionary<string, Node> Parameters { get; } = [];
        internal Resource? Resource { get; set; }
    }
}
