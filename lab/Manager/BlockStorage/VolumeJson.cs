using System.Text.Json.Nodes;
using Lab.Manager.Compute;
using Lab.Manager.Database;
using Lab.Manager.Http;

namespace Lab.Manager.BlockStorage;

/// <summary>Volumes and snapshots as cinder's API 3.0 writes them.</summary>
internal static class VolumeJson
{
    public const string Zone = "nova";
    private const string Type = "dpu";

    /// <summary><c>InUse</c> is <c>in-use</c>, <c>ErrorDeleting</c> is <c>error_deleting</c>.</summary>
    public static string Name(VolumeStatus status) => status == VolumeStatus.InUse ? "in-use" : SnakeCase.From(status.ToString());

    public static string Name(SnapshotStatus status) => SnakeCase.From(status.ToString());

    public static JsonObject Brief(Volume volume, string baseUrl) => new()
    {
        ["id"] = volume.Id.ToString(),
        ["name"] = volume.Name,
        ["links"] = Links(volume, baseUrl),
    };

    public static JsonObject Full(Volume volume, Attachment? attachment, string baseUrl)
    {
        var json = new JsonObject
        {
            ["id"] = volume.Id.ToString(),
            ["name"] = volume.Name,
            ["description"] = volume.Description,
            ["status"] = Name(volume.Status),
            ["size"] = volume.SizeGib,
            ["availability_zone"] = Zone,
            ["volume_type"] = Type,
            ["bootable"] = volume.Bootable ? "true" : "false",
            ["encrypted"] = false,
            ["multiattach"] = false,
            ["replication_status"] = null,
            ["consistencygroup_id"] = null,
            ["source_volid"] = null,
            ["snapshot_id"] = volume.SnapshotId?.ToString(),
            ["metadata"] = ApiJson.StringMap(volume.MetadataJson),
            ["user_id"] = volume.UserId.ToString("N"),
            ["os-vol-tenant-attr:tenant_id"] = volume.ProjectId.ToString("N"),
            ["created_at"] = ApiJson.NaiveInstant(volume.CreatedAt),
            ["updated_at"] = ApiJson.NaiveInstant(volume.UpdatedAt),
            ["attachments"] = attachment is null ? [] : new JsonArray(Describe(attachment)),
            ["links"] = Links(volume, baseUrl),
        };
        if (volume.ImageId is { } imageId)
            json["volume_image_metadata"] = new JsonObject { ["image_id"] = imageId.ToString(), ["image_name"] = volume.ImageName };
        return json;
    }

    public static JsonObject Full(Snapshot snapshot) => new()
    {
        ["id"] = snapshot.Id.ToString(),
        ["name"] = snapshot.Name,
        ["description"] = snapshot.Description,
        ["volume_id"] = snapshot.VolumeId.ToString(),
        ["status"] = Name(snapshot.Status),
        ["size"] = snapshot.SizeGib,
        ["metadata"] = ApiJson.StringMap(snapshot.MetadataJson),
        ["created_at"] = ApiJson.NaiveInstant(snapshot.CreatedAt),
        ["updated_at"] = ApiJson.NaiveInstant(snapshot.UpdatedAt),
        ["os-extended-snapshot-attributes:project_id"] = snapshot.ProjectId.ToString("N"),
        ["os-extended-snapshot-attributes:progress"] = snapshot.Status == SnapshotStatus.Available ? "100%" : "0%",
    };

    private static JsonObject Describe(Attachment attachment) => new()
    {
        ["id"] = attachment.VolumeId.ToString(),
        ["attachment_id"] = attachment.VolumeId.ToString(),
        ["volume_id"] = attachment.VolumeId.ToString(),
        ["server_id"] = attachment.ServerId.ToString(),
        ["device"] = attachment.Device,
        ["host_name"] = null,
        ["attached_at"] = ApiJson.NaiveInstant(attachment.CreatedAt),
    };

    private static JsonArray Links(Volume volume, string baseUrl) =>
        [new JsonObject { ["rel"] = "self", ["href"] = $"{baseUrl}/volumes/{volume.Id}" }];
}
