using System.Text;
using System.Text.Json.Nodes;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>Applies query parameters to what was read, in the order of DSP0266 §7.3.6: filter, skip, top, expand, select.</summary>
internal static class QueryProcessor
{
    /// <summary>Resources in one answer; beyond that links stay links.</summary>
    private const int ResourcesMax = 2000;

    internal static async Task<JsonObject> ApplyAsync(RedfishRequest request, JsonObject resource, QueryOptions options)
    {
        if (options.IsForCollections && resource["Members"] is not JsonArray)
            throw new RedfishException(StatusCodes.Status400BadRequest, BaseMessages.QueryNotSupportedOnResource);
        if (options.Only)
            resource = await OnlyAsync(request, resource);
        else if (options.IsForCollections)
            await ChooseAsync(request, resource, options);
        if (options.Expand != ExpandLinks.None)
        {
            var budget = ResourcesMax;
            await ExpandAsync(request, resource, options, options.Levels, budgetUsed => budget -= budgetUsed, () => budget);
        }
        return options.Select is { } names ? Selected(resource, names) : resource;
    }

    /// <summary>The member itself where there is one alone.</summary>
    private static async Task<JsonObject> OnlyAsync(RedfishRequest request, JsonObject collection)
    {
        var members = collection["Members"]!.AsArray();
        return members.Count == 1 && await MemberAsync(request, members[0]!.AsObject()) is { } member ? member : collection;
    }

    private static async Task ChooseAsync(RedfishRequest request, JsonObject collection, QueryOptions options)
    {
        List<JsonNode> chosen = [];
        foreach (var member in collection["Members"]!.AsArray())
            if (options.Filter is null || (await MemberAsync(request, member!.AsObject()) is { } read && options.Filter.Holds(read)))
                chosen.Add(member!);
        collection["Members@odata.count"] = chosen.Count;
        var end = options.Skip + (long)(options.Top ?? int.MaxValue);
        var page = chosen.Skip(options.Skip).Take(options.Top ?? int.MaxValue).Select(member => member.DeepClone()).ToArray();
        collection["Members"] = new JsonArray(page);
        if (end < chosen.Count && options.Top > 0)
            collection["Members@odata.nextLink"] = NextPage(request, end);
    }

    private static string NextPage(RedfishRequest request, long skip)
    {
        var query = new StringBuilder();
        foreach (var (name, value) in request.Context.Request.Query.Where(pair => pair.Key != "$skip"))
            query.Append(name).Append('=').Append(Uri.EscapeDataString(value.ToString())).Append('&');
        return $"{request.Path}?{query}$skip={skip}";
    }

    // Members are links, or resources that the collection already shows whole.
    private static async Task<JsonObject?> MemberAsync(RedfishRequest request, JsonObject member) =>
        LinkOf(member) is { } path ? await request.ReadAsync(path) : (JsonObject)member.DeepClone();

    private static async Task ExpandAsync(
        RedfishRequest request, JsonNode? node, QueryOptions options, int levels, Action<int> use, Func<int> left, bool isInLinks = false)
    {
        switch (node)
        {
            case JsonObject part:
                foreach (var (name, value) in part.ToArray())
                    if (name is not ("Actions" or "@Redfish.Settings"))
                        await VisitAsync(value, replacement => part[name] = replacement, isInLinks || name == "Links");
                break;
            case JsonArray list:
                for (var i = 0; i < list.Count; i++)
                {
                    var index = i;
                    await VisitAsync(list[i], replacement => list[index] = replacement, isInLinks);
                }
                break;
        }

        async Task VisitAsync(JsonNode? value, Action<JsonObject> replace, bool inLinks)
        {
            if (value is not JsonObject part || LinkOf(part) is not { } path)
            {
                await ExpandAsync(request, value, options, levels, use, left, inLinks);
                return;
            }
            var kind = inLinks ? ExpandLinks.Related : ExpandLinks.Subordinate;
            if (!options.Expand.HasFlag(kind) || left() <= 0 || path == request.Path || await request.ReadAsync(path) is not { } read)
                return;
            use(1);
            if (levels > 1)
                await ExpandAsync(request, read, options, levels - 1, use, left);
            if (read.ContainsKey("@odata.id"))
                read["@odata.etag"] = EntityTag.Of(read);
            replace(read);
        }
    }

    private static string? LinkOf(JsonObject part) =>
        part.Count == 1 && part["@odata.id"] is JsonValue value && value.TryGetValue<string>(out var path) && !path.Contains('#', StringComparison.Ordinal)
            ? path
            : null;

    // Of a collection with expanded members the members are meant (DSP0266 §7.3.2).
    private static JsonObject Selected(JsonObject resource, IReadOnlyList<string> names)
    {
        if (resource["Members"] is JsonArray members && members.Any(member => member is JsonObject whole && LinkOf(whole) is null))
        {
            var collection = (JsonObject)resource.DeepClone();
            collection["Members"] = new JsonArray([.. members.Select(member => Pick(member!.AsObject(), names))]);
            return collection;
        }
        return Pick(resource, names);
    }

    private static JsonObject Pick(JsonObject part, IReadOnlyList<string> names)
    {
        var picked = new JsonObject();
        foreach (var (name, value) in part)
        {
            var own = names.Where(wanted => wanted == name || wanted.StartsWith(name + "/", StringComparison.Ordinal)).ToList();
            var isAnnotated = name.IndexOf('@', StringComparison.Ordinal) is > 0 and var sign && names.Contains(name[..sign]);
            if (name.StartsWith("@odata.", StringComparison.Ordinal) || isAnnotated || own.Contains(name))
                picked[name] = value?.DeepClone();
            else if (own.Count > 0 && value is JsonObject inner)
                picked[name] = Pick(inner, [.. own.Select(wanted => wanted[(name.Length + 1)..])]);
        }
        return picked;
    }
}
