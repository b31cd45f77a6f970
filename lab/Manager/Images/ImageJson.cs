using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Manager.Http;

namespace Lab.Manager.Images;

/// <summary>Bodies of the Image API v2.</summary>
internal static class ImageJson
{
    /// <summary>Attributes that are not properties of the client's own.</summary>
    public static readonly HashSet<string> Attributes =
    [
        "id", "name", "status", "visibility", "disk_format", "container_format", "size", "virtual_size", "min_disk", "min_ram", "owner",
        "protected", "checksum", "os_hash_algo", "os_hash_value", "os_hidden", "tags", "created_at", "updated_at", "self", "file", "schema",
        "direct_url", "locations", "stores", "failure",
    ];

    public static JsonObject Image(Image image)
    {
        var path = $"/v2/images/{image.Id:D}";
        var json = new JsonObject
        {
            ["id"] = image.Id.ToString("D"),
            ["name"] = image.Name,
            ["status"] = Status(image.Status),
            ["visibility"] = Visibility(image.Visibility),
            ["disk_format"] = Format(image.DiskFormat),
            ["container_format"] = "bare",
            ["size"] = image.SizeBytes,
            ["virtual_size"] = image.VirtualSizeBytes,
            ["min_disk"] = image.MinDiskGib,
            ["min_ram"] = image.MinRamMib,
            ["owner"] = image.ProjectId.ToString("N"),
            ["protected"] = image.Protected,
            ["checksum"] = null,
            ["os_hash_algo"] = image.Sha256 is null ? null : "sha256",
            ["os_hash_value"] = image.Sha256,
            ["os_hidden"] = false,
            ["tags"] = JsonNode.Parse(image.Tags),
            ["created_at"] = Instant(image.CreatedAt),
            ["updated_at"] = Instant(image.UpdatedAt),
            ["self"] = path,
            ["file"] = path + "/file",
            ["schema"] = "/v2/schemas/image",
        };
        if (image.Failure is not null)
            json["failure"] = image.Failure;
        foreach (var (name, value) in ReadProperties(image))
            json[name] = value;
        return json;
    }

    public static Dictionary<string, string> ReadProperties(Image image) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(image.Properties) ?? [];

    public static void WriteProperties(Image image, IReadOnlyDictionary<string, string> properties) =>
        image.Properties = JsonSerializer.Serialize(properties);

    public static string Status(ImageStatus status) => status switch
    {
        ImageStatus.Queued => "queued",
        ImageStatus.Saving => "saving",
        ImageStatus.Active => "active",
        ImageStatus.Killed => "killed",
        _ => "pending_delete",
    };

    public static string Visibility(ImageVisibility visibility) => visibility switch
    {
        ImageVisibility.Public => "public",
        ImageVisibility.Shared => "shared",
        _ => "private",
    };

    /// <exception cref="ApiException">400: none of them; 403: only an administrator publishes.</exception>
    public static ImageVisibility ReadVisibility(string? text, RequestContext asker)
    {
        switch (text)
        {
            case null or "shared":
                // Shared with nobody until members are added, which this service has not: as good as private.
                return ImageVisibility.Shared;
            case "private":
                return ImageVisibility.Private;
            case "public":
                if (!asker.IsAdmin)
                    throw ApiException.Forbidden("You are not authorized to complete publicize_image action.");
                return ImageVisibility.Public;
            default:
                throw ApiException.BadRequest("Invalid input for field 'visibility': it must be private, shared or public.");
        }
    }

    public static string Format(ImageFormat format) => format == ImageFormat.Raw ? "raw" : "qcow2";

    /// <exception cref="ApiException">400: neither raw nor qcow2.</exception>
    public static ImageFormat ReadFormat(string? text) => text switch
    {
        "raw" => ImageFormat.Raw,
        "qcow2" => ImageFormat.Qcow2,
        _ => throw ApiException.BadRequest("Invalid input for field 'disk_format': it must be raw or qcow2."),
    };

    private static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
