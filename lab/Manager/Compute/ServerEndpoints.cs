using System.Text.Json.Nodes;
using Lab.Manager.Conductor;
using Lab.Manager.Http;
using Lab.Manager.Telemetry;

namespace Lab.Manager.Compute;

internal static class ServerEndpoints
{
    public static void MapServers(this RouteGroupBuilder api)
    {
        api.MapGet("/servers", (HttpContext http, RequestContext asker, ServerService servers, CancellationToken token) =>
            ListAsync(http, asker, servers, isDetailed: false, token));
        api.MapGet("/servers/detail", (HttpContext http, RequestContext asker, ServerService servers, CancellationToken token) =>
            ListAsync(http, asker, servers, isDetailed: true, token));
        api.MapGet("/servers/{id}", ShowAsync);
        api.MapPost("/servers", CreateAsync);
        api.MapPut("/servers/{id}", RenameAsync);
        api.MapDelete("/servers/{id}", DeleteAsync);
        api.MapPost("/servers/{id}/action", ServerActions.ActAsync);
    }

    private static async Task<IResult> ListAsync(HttpContext http, RequestContext asker, ServerService servers, bool isDetailed, CancellationToken token)
    {
        var query = http.Request.Query;
        var filter = new ServerFilter(
            query["name"].ToString() is { Length: > 0 } name ? name : null,
            query["status"].ToString() is { Length: > 0 } status ? status.ToUpperInvariant() : null,
            query["all_tenants"].ToString() is { Length: > 0 } all && all is not ("0" or "false" or "False"));
        var page = Page.Of(http.Request).Take(await servers.ListAsync(filter, asker, token), s => s.Id.ToString());
        if (!isDetailed)
            return ApiJson.Ok(new JsonObject { ["servers"] = ApiJson.Array(page.Select(s => ServerJson.Brief(s, http))) });
        var details = await servers.DetailsAsync(page, token);
        return ApiJson.Ok(new JsonObject { ["servers"] = ApiJson.Array(page.Select(s => ServerJson.Full(s, details, asker, http))) });
    }

    private static async Task<IResult> ShowAsync(HttpContext http, string id, RequestContext asker, ServerService servers, CancellationToken token) =>
        await DescribeAsync(http, await servers.GetAsync(id, asker, token), asker, servers, token);

    private static async Task<IResult> CreateAsync(HttpContext http, RequestContext asker, ServerService servers, CancellationToken token)
    {
        using var trace = RequestTrace.Start(http);
        var request = ServerRequest.Read(await JsonBody.ReadAsync(http.Request, "server", token), asker);
        var server = await servers.CreateAsync(request, asker, trace.TraceParent, token);
        var json = ServerJson.Brief(server, http);
        http.Response.Headers.Location = json["links"]![0]!["href"]!.GetValue<string>();
        json["OS-DCF:diskConfig"] = "MANUAL";
        json["security_groups"] = new JsonArray(new JsonObject { ["name"] = "default" });
        return ApiJson.Accepted(new JsonObject { ["server"] = json });
    }

    private static async Task<IResult> RenameAsync(HttpContext http, string id, RequestContext asker, ServerService servers, CancellationToken token)
    {
        var body = await JsonBody.ReadAsync(http.Request, "server", token);
        return await DescribeAsync(http, await servers.RenameAsync(id, body, asker, token), asker, servers, token);
    }

    private static async Task<IResult> DeleteAsync(HttpContext http, string id, RequestContext asker, ServerService servers, CancellationToken token)
    {
        using var trace = RequestTrace.Start(http);
        await servers.DeleteAsync(id, asker, trace.TraceParent, token);
        return Results.NoContent();
    }

    private static async Task<IResult> DescribeAsync(
        HttpContext http, Server server, RequestContext asker, ServerService servers, CancellationToken token)
    {
        var details = await servers.DetailsAsync([server], token);
        return ApiJson.Ok(new JsonObject { ["server"] = ServerJson.Full(server, details, asker, http) });
    }
}
