using System.Text.Json.Nodes;
using Lab.Manager.Http;
using Lab.Manager.Telemetry;

namespace Lab.Manager.Compute;

/// <summary>os-volume_attachments and os-interface.</summary>
internal static class AttachmentEndpoints
{
    public static void MapAttachments(this RouteGroupBuilder api)
    {
        var disks = api.MapGroup("/servers/{serverId}/os-volume_attachments");
        disks.MapGet("", async (string serverId, RequestContext asker, ServerAttachments attachments, CancellationToken token) => ApiJson.Ok(
            new JsonObject { ["volumeAttachments"] = ApiJson.Array((await attachments.ListVolumesAsync(serverId, asker, token)).Select(ServerJson.Full)) }));
        disks.MapGet("/{volumeId}", async (string serverId, string volumeId, RequestContext asker, ServerAttachments attachments, CancellationToken token) =>
            ApiJson.Ok(new JsonObject { ["volumeAttachment"] = ServerJson.Full(await attachments.GetVolumeAsync(serverId, volumeId, asker, token)) }));
        disks.MapPost("", AttachVolumeAsync);
        disks.MapDelete("/{volumeId}", DetachVolumeAsync);

        var nics = api.MapGroup("/servers/{serverId}/os-interface");
        nics.MapGet("", async (string serverId, RequestContext asker, ServerAttachments attachments, CancellationToken token) => ApiJson.Ok(
            new JsonObject { ["interfaceAttachments"] = ApiJson.Array((await attachments.ListPortsAsync(serverId, asker, token)).Select(ServerJson.Full)) }));
        nics.MapGet("/{portId}", async (string serverId, string portId, RequestContext asker, ServerAttachments attachments, CancellationToken token) =>
            ApiJson.Ok(new JsonObject { ["interfaceAttachment"] = ServerJson.Full(await attachments.GetPortAsync(serverId, portId, asker, token)) }));
        nics.MapPost("", AttachPortAsync);
        nics.MapDelete("/{portId}", DetachPortAsync);
    }

    private static async Task<IResult> AttachVolumeAsync(
        HttpContext http, string serverId, RequestContext asker, ServerAttachments attachments, CancellationToken token)
    {
        using var trace = RequestTrace.Start(http);
        var body = await JsonBody.ReadAsync(http.Request, "volumeAttachment", token);
        var attachment = await attachments.AttachVolumeAsync(
            serverId, body.String("volumeId"), body.OptionalBoolean("delete_on_termination") ?? false, asker, trace.TraceParent, token);
        return ApiJson.Ok(new JsonObject { ["volumeAttachment"] = ServerJson.Full(attachment) });
    }

    private static async Task<IResult> DetachVolumeAsync(
        HttpContext http, string serverId, string volumeId, RequestContext asker, ServerAttachments attachments, CancellationToken token)
    {
        using var trace = RequestTrace.Start(http);
        await attachments.DetachVolumeAsync(serverId, volumeId, asker, trace.TraceParent, token);
        return Results.Accepted();
    }

    private static async Task<IResult> AttachPortAsync(
        HttpContext http, string serverId, RequestContext asker, ServerAttachments attachments, CancellationToken token)
    {
        using var trace = RequestTrace.Start(http);
        var body = await JsonBody.ReadAsync(http.Request, "interfaceAttachment", token);
        var nic = ServerRequest.ReadNic(body, "port_id", "net_id");
        if (body.Objects("fixed_ips") is [var address, ..])
            nic = nic with { FixedAddress = address.String("ip_address") };
        var port = await attachments.AttachPortAsync(serverId, nic, asker, trace.TraceParent, token);
        return ApiJson.Ok(new JsonObject { ["interfaceAttachment"] = ServerJson.Full(port) });
    }

    private static async Task<IResult> DetachPortAsync(
        HttpContext http, string serverId, string portId, RequestContext asker, ServerAttachments attachments, CancellationToken token)
    {
        using var trace = RequestTrace.Start(http);
        await attachments.DetachPortAsync(serverId, portId, asker, trace.TraceParent, token);
        return Results.Accepted();
    }
}
