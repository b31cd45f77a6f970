using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Accounts;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>Ways to put a resource at a URI.</summary>
internal static class RedfishRoutes
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    internal static void MapResource(this IEndpointRouteBuilder routes, string path, Func<RedfishRequest, Task<JsonObject>> read) =>
        routes.MapMethods(path, Reading, async context => await RedfishResponse.WriteResourceAsync(context, await read(new RedfishRequest(context))));

    internal static void MapResource(this IEndpointRouteBuilder routes, string path, Func<RedfishRequest, JsonObject> read) =>
        routes.MapResource(path, request => Task.FromResult(read(request)));

    internal static void MapCollection(
        this IEndpointRouteBuilder routes, string path, string type, string name, Func<RedfishRequest, IEnumerable<string>> members) =>
        routes.MapResource(path, request => Collection(path, type, name, members(request)));

    /// <summary>A resource of which some properties can be written.</summary>
    /// <param name="write">Takes the properties it knows, calls <see cref="RequestBody.End"/>, then changes.</param>
    internal static void MapWritable(
        this IEndpointRouteBuilder routes,
        string path,
        Role role,
        Func<RedfishRequest, Task<JsonObject>> read,
        Func<RedfishRequest, RequestBody, Task> write)
    {
        routes.MapResource(path, read);
        routes.MapPatch(path, async context =>
        {
            var request = new RedfishRequest(context);
            request.Require(role);
            var body = await RequestBody.ReadAsync(context.Request);
            var current = await read(request);
            if (context.Request.Headers.TryGetValue("If-Match", out var wanted) && !RedfishResponse.Matches(wanted, RedfishResponse.TagOf(current)))
                throw new RedfishException(StatusCodes.Status412PreconditionFailed, BaseMessages.PreconditionFailed);
            if (body.Count == 0)
                throw new RedfishException(StatusCodes.Status400BadRequest, BaseMessages.EmptyJson);
            await write(request, new RequestBody(body, current));
            await RedfishResponse.WriteResourceAsync(context, await read(request));
        });
    }

    /// <summary>An action with one parameter, an enumeration.</summary>
    internal static void MapAction<T>(
        this IEndpointRouteBuilder routes, string path, Role role, string parameter, Func<RedfishRequest, T, Task> act)
        where T : struct, Enum =>
        routes.MapPost(path, async context =>
        {
            var request = new RedfishRequest(context);
            request.Require(role);
            var body = await RequestBody.ReadAsync(context.Request);
            await act(request, ReadParameter<T>(body, path[(path.LastIndexOf('/') + 1)..], parameter));
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        });

    internal static JsonObject Link(string path) => new() { ["@odata.id"] = path };

    internal static JsonArray Links(params string[] paths) => new([.. paths.Select(Link)]);

    internal static JsonObject EnabledStatus() => new() { ["State"] = "Enabled", ["Health"] = "OK" };

    /// <summary>A resource's first properties.</summary>
    internal static JsonObject Resource(string path, string type, string id, string name) => new()
    {
        ["@odata.id"] = path,
        ["@odata.type"] = type,
        ["Id"] = id,
        ["Name"] = name,
    };

    /// <summary>Redfish's date and time: ISO 8601 with seconds and offset.</summary>
    internal static string Time(DateTimeOffset time) =>
        time.ToString("yyyy-MM-dd'T'HH:mm:ssK", System.Globalization.CultureInfo.InvariantCulture);

    private static JsonObject Collection(string path, string type, string name, IEnumerable<string> members)
    {
        var links = Links([.. members]);
        return new JsonObject
        {
            ["@odata.id"] = path,
            ["@odata.type"] = $"#{type}.{type}",
            ["Name"] = name,
            ["Members@odata.count"] = links.Count,
            ["Members"] = links,
        };
    }

    private static T ReadParameter<T>(JsonObject body, string action, string parameter)
        where T : struct, Enum
    {
        List<RedfishMessage> errors = [.. body.Where(p => p.Key != parameter).Select(p => BaseMessages.ActionParameterUnknown(action, p.Key))];
        var value = default(T);
        if (!body.TryGetPropertyValue(parameter, out var node))
            errors.Add(BaseMessages.ActionParameterMissing(action, parameter));
        else if (node is not JsonValue scalar || !scalar.TryGetValue<string>(out var text))
            errors.Add(BaseMessages.ActionParameterValueTypeError(node?.ToJsonString() ?? "null", parameter, action));
        else if (!Enum.GetNames<T>().Contains(text))
            errors.Add(BaseMessages.ActionParameterValueNotInList(text, parameter, action));
        else
            value = Enum.Parse<T>(text);
        return errors.Count == 0 ? value : throw new RedfishException(StatusCodes.Status400BadRequest, errors);
    }
}
