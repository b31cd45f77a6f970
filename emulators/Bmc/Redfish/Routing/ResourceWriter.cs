using System.Text.Json.Nodes;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>What every PATCH, creating POST, DELETE and action has in common (DSP0266 §7.10 to §7.13).</summary>
internal static class ResourceWriter
{
    internal static async Task PatchAsync(Resource resource, RedfishRequest request, Func<RedfishRequest, RequestBody, Task> change)
    {
        var body = await RequestBody.ReadAsync(request.Context.Request);
        var current = await CurrentAsync(resource, request);
        if (body.Count == 0)
            throw new RedfishException(StatusCodes.Status400BadRequest, BaseMessages.EmptyJson);
        if (body.All(property => property.Key.StartsWith('@')))
            throw new RedfishException(StatusCodes.Status400BadRequest, BaseMessages.NoOperation);
        var properties = new RequestBody(body, current, PropertyMessages.Patch);
        await change(request, properties);
        if (request.Context.Response.HasStarted || request.Context.Response.StatusCode != StatusCodes.Status200OK)
            return;
        request.Renew();
        var changed = await resource.Read!(request) ?? throw request.NotFound();
        foreach (var message in properties.Refused)
            Annotate(changed, message);
        await RedfishResponse.WriteResourceAsync(request, changed);
    }

    internal static async Task CreateAsync(RedfishRequest request, Func<RedfishRequest, RequestBody, Task<string>> create)
    {
        var body = await RequestBody.ReadAsync(request.Context.Request);
        var path = await create(request, new RequestBody(body, null, PropertyMessages.Create));
        request.Renew();
        request.Context.Response.Headers.Location = path;
        var made = await request.ReadAsync(path) ?? throw new InvalidOperationException($"nothing was made at {path}");
        await RedfishResponse.WriteResourceAsync(request, made, StatusCodes.Status201Created);
    }

    internal static async Task DeleteAsync(Resource resource, RedfishRequest request, Func<RedfishRequest, Task> delete)
    {
        await CurrentAsync(resource, request);
        await delete(request);
        request.Context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    internal static async Task ActAsync(RedfishRequest request, string action, Func<RedfishRequest, RequestBody, Task> act)
    {
        var body = await RequestBody.ReadAsync(request.Context.Request);
        var response = request.Context.Response;
        await act(request, new RequestBody(body, null, new ActionMessages(action)));
        if (!response.HasStarted && response.StatusCode == StatusCodes.Status200OK)
            response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>The resource before the change, which If-Match must fit.</summary>
    private static async Task<JsonObject> CurrentAsync(Resource resource, RedfishRequest request)
    {
        var current = await resource.Read!(request) ?? throw request.NotFound();
        var wanted = request.Context.Request.Headers.IfMatch;
        if (wanted.Count > 0 && !EntityTag.Matches(wanted, EntityTag.Of(current)))
            throw new RedfishException(StatusCodes.Status412PreconditionFailed, BaseMessages.PreconditionFailed);
        return current;
    }

    // "#/Boot/X" becomes "X@Message.ExtendedInfo" in the object Boot (DSP0266 §8.4.3).
    private static void Annotate(JsonObject resource, RedfishMessage message)
    {
        var path = message.RelatedProperty!.Split('/')[1..];
        var part = resource;
        foreach (var name in path[..^1])
            part = part[name] as JsonObject ?? part;
        var annotation = path[^1] + "@Message.ExtendedInfo";
        if (part[annotation] is not JsonArray list)
            part[annotation] = list = [];
        list.Add(message.ToJson());
    }
}
