using System.Text.Json;
using Lab.Manager.Http;

namespace Lab.Manager.Images;

/// <summary>Body of <c>POST /v2/images</c>.</summary>
internal static class ImageRequest
{
    private static readonly HashSet<string> Writable =
    [
        "id", "name", "visibility", "disk_format", "container_format", "min_disk", "min_ram", "protected", "tags", "owner", "os_hidden",
    ];

    /// <exception cref="ApiException">400 or 403, as glance chooses.</exception>
    public static Image Read(JsonBody body, RequestContext asker, DateTimeOffset now)
    {
        if ((body.OptionalString("container_format") ?? "bare") != "bare")
            throw ApiException.BadRequest("Invalid input for field 'container_format': it must be bare.");
        if (body.OptionalBoolean("os_hidden") is true)
            throw ApiException.BadRequest("Invalid input for field 'os_hidden': hidden images are not supported.");
        var project = body.OptionalId("owner") ?? asker.ProjectId;
        if (!asker.MaySee(project))
            throw ApiException.Forbidden("You are not permitted to create images owned by another project.");
        var image = new Image
        {
            Id = body.OptionalId("id") ?? Guid.NewGuid(),
            ProjectId = project,
            Name = body.OptionalString("name"),
            Visibility = ImageJson.ReadVisibility(body.OptionalString("visibility"), asker),
            DiskFormat = ImageJson.ReadFormat(body.OptionalString("disk_format")),
            MinDiskGib = (int)(body.OptionalInteger("min_disk", 0, ImageLimits.MinDiskGibMax) ?? 0),
            MinRamMib = (int)(body.OptionalInteger("min_ram", 0, ImageLimits.MinRamMibMax) ?? 0),
            Protected = body.OptionalBoolean("protected") ?? false,
            Tags = JsonSerializer.Serialize(body.Strings("tags", ImageLimits.TagsMax).Distinct()),
            CreatedAt = now,
            UpdatedAt = now,
        };
        ImageJson.WriteProperties(image, ReadProperties(body));
        return image;
    }

    private static Dictionary<string, string> ReadProperties(JsonBody body)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in body.Element.EnumerateObject().Select(member => member.Name))
        {
            if (Writable.Contains(name))
                continue;
            if (ImageJson.Attributes.Contains(name))
                throw ApiException.Forbidden($"Attribute '{name}' is read-only.");
            Add(properties, name, body.OptionalString(name, lengthMax: 1024) ?? "");
        }
        return properties;
    }

    /// <exception cref="ApiException">400: a name that is none; 413: too many.</exception>
    public static void Add(Dictionary<string, string> properties, string name, string value)
    {
        if (name.Length is 0 or > 255 || name.Any(char.IsControl))
            throw ApiException.BadRequest("A property's name must have from 1 to 255 characters.");
        properties[name] = value;
        if (properties.Count > ImageLimits.PropertiesMax)
            throw new ApiException(413, $"An image has at most {ImageLimits.PropertiesMax} properties.");
    }
}
