using System.Text.Json.Nodes;
using Lab.Manager.Http;
using Lab.Manager.Telemetry;

namespace Lab.Manager.BlockStorage;

/// <summary>Cinder's API v3: volumes and snapshots.</summary>
internal static class BlockStorageEndpoints
{
    public static WebApplication MapBlockStorage(this WebApplication app)
    {
        app.MapVolumeVersions();
        var api = app.MapGroup(ApiPaths.VolumeV3 + "/{projectId}").AddEndpointFilter(CheckProjectAsync);
        api.MapGet("/volumes", (HttpContext http, RequestContext asker, VolumeService volumes, CancellationToken token) =>
            ListAsync(http, asker, volumes, isDetailed: false, token));
        api.MapGet("/volumes/detail", (HttpContext http, RequestContext asker, VolumeService volumes, CancellationToken token) =>
            ListAsync(http, asker, volumes, isDetailed: true, token));
        api.MapGet("/volumes/{id}", ShowAsync);
        api.MapPost("/volumes", CreateAsync);
        api.MapPut("/volumes/{id}", RenameAsync);
        api.MapDelete("/volumes/{id}", DeleteAsync);
        api.MapPost("/volumes/{id}/action", ActAsync);
        api.MapGet("/snapshots", ListSnapshotsAsync);
        api.MapGet("/snapshots/detail", ListSnapshotsAsync);
        api.MapGet("/snapshots/{id}", ShowSnapshotAsync);
        api.MapPost("/snapshots", CreateSnapshotAsync);
        api.MapDelete("/snapshots/{id}", DeleteSnapshotAsync);
        return app;
    }

    private static ValueTask<object?> CheckProjectAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var asker = context.HttpContext.Features.Get<RequestContext>();
        var inPath = context.HttpContext.Request.RouteValues["projectId"]?.ToString();
        if (asker is null || !Guid.TryParse(inPath, out var projectId) || projectId != asker.ProjectId)
            throw ApiException.BadRequest("Malformed request url: the project in the path is not the token's.");
        return next(context);
    }

    private static string BaseUrl(HttpContext http) => $"{PublicUrl.Of(http)}{ApiPaths.VolumeV3}/{http.Request.RouteValues["projectId"]}";

    private static string? Query(HttpContext http, string name) => http.Request.Query[name].ToString() is { Length: > 0 } value ? value : null;

    private static bool AllProjects(HttpContext http) => Query(http, "all_tenants") is { } all && all is not ("0" or "false" or "False");

    private static async Task<IResult> ListAsync(HttpContext http, RequestContext asker, VolumeService volumes, bool isDetailed, CancellationToken token)
    {
        var found = await volumes.ListAsync(asker, AllProjects(http), Query(http, "name"), Query(http, "status"), token);
        var page = Page.Of(http.Request).Take(found, v => v.Volume.Id.ToString());
        return ApiJson.Ok(new JsonObject
        {
            ["volumes"] = ApiJson.Array(page.Select(v =>
                isDetailed ? VolumeJson.Full(v.Volume, v.Attachment, BaseUrl(http)) : VolumeJson.Brief(v.Volume, BaseUrl(http)))),
        });
    }

    private static async Task<IResult> ShowAsync(HttpContext http, string id, RequestContext asker, VolumeService volumes, CancellationToken token)
    {
        var (volume, attachment) = await volumes.GetAsync(id, asker, token);
        return ApiJson.Ok(new JsonObject { ["volume"] = VolumeJson.Full(volume, attachment, BaseUrl(http)) });
    }

    private static async Task<IResult> CreateAsync(HttpContext http, RequestContext asker, VolumeService volumes, CancellationToken token)
    {
        using var trace = RequestTrace.Start(http);
        var body = await JsonBody.ReadAsync(http.Request, "volume", token);
        var volume = await volumes.CreateAsync(body, asker, trace.TraceParent, token);
        return ApiJson.Accepted(new JsonObject { ["volume"] = VolumeJson.Full(volume, null, BaseUrl(http)) });
    }

    private static async Task<IResult> RenameAsync(HttpContext http, string id, RequestContext asker, VolumeService volumes, CancellationToken token)
    {
        var body = await JsonBody.ReadAsync(http.Request, "volume", token);
        var (volume, attachment) = await volumes.RenameAsync(id, body, asker, token);
        return ApiJson.Ok(new JsonObject { ["volume"] = VolumeJson.Full(volume, attachment, BaseUrl(http)) });
    }

    private static async Task<IResult> DeleteAsync(HttpContext http, string id, RequestContext asker, VolumeService volumes, CancellationToken token)
    {
        using var trace = RequestTrace.Start(http);
        await volumes.DeleteAsync(id, asker, trace.TraceParent, token);
        return Results.Accepted();
    }

    private static async Task<IResult> ActAsync(HttpContext http, string id, RequestContext asker, VolumeService volumes, CancellationToken token)
    {
        using var trace = RequestTrace.Start(http);
        var body = await JsonBody.ReadAsync(http.Request, token);
        if (body.OptionalObject("os-extend") is not { } extend)
            throw ApiException.BadRequest("There is no such action: " + string.Join(", ", body.Element.EnumerateObject().Select(p => p.Name)));
        await volumes.ExtendAsync(id, (int)extend.Integer("new_size", 1, VolumeService.SizeGibMax), asker, trace.TraceParent, token);
        return Results.Accepted();
    }

    private static async Task<IResult> ListSnapshotsAsync(HttpContext http, RequestContext asker, SnapshotService snapshots, CancellationToken token)
    {
        Guid? volumeId = Query(http, "volume_id") is { } text ? Guid.TryParse(text, out var id) ? id : Guid.Empty : null;
        var found = await snapshots.ListAsync(asker, AllProjects(http), Query(http, "name"), Query(http, "status"), volumeId, token);
        var page = Page.Of(http.Request).Take(found, s => s.Id.ToString());
        return ApiJson.Ok(new JsonObject { ["snapshots"] = ApiJson.Array(page.Select(VolumeJson.Full)) });
    }

    private static async Task<IResult> ShowSnapshotAsync(string id, RequestContext asker, SnapshotService snapshots, CancellationToken token) =>
        ApiJson.Ok(new JsonObject { ["snapshot"] = VolumeJson.Full(await snapshots.GetAsync(id, asker, token)) });

    private static async Task<IResult> CreateSnapshotAsync(HttpContext http, RequestContext asker, SnapshotService snapshots, CancellationToken token)
    {
        using var trace = RequestTrace.Start(http);
        var body = await JsonBody.ReadAsync(http.Request, "snapshot", token);
        var snapshot = await snapshots.CreateAsync(body, asker, trace.TraceParent, token);
        return ApiJson.Accepted(new JsonObject { ["snapshot"] = VolumeJson.Full(snapshot) });
    }

    private static async Task<IResult> DeleteSnapshotAsync(
        HttpContext http, string id, RequestContext asker, SnapshotService snapshots, CancellationToken token)
    {
        using var trace = RequestTrace.Start(http);
        await snapshots.DeleteAsync(id, asker, trace.TraceParent, token);
        return Results.Accepted();
    }
}
