using System.Text.Json;
using Lab.Manager.Http;

namespace Lab.Manager.Images;

/// <summary>
/// Body of <c>PATCH /v2/images/{id}</c>: a JSON patch (RFC 6902) of add, replace and remove on single attributes, as glance's media
/// type v2.1 limits it.
/// </summary>
internal sealed record ImagePatch(string Operation, string Name, JsonElement Value)
{
    public const string MediaType = "application/openstack-images-v2.1-json-patch";

    /// <exception cref="ApiException">400, 413 or 415.</exception>
    public static async Task<IReadOnlyList<ImagePatch>> ReadAsync(HttpRequest request, CancellationToken token)
    {
        if (request.ContentType?.Split(';')[0].Trim() != MediaType)
            throw new ApiException(415, $"The content type must be {MediaType}.");
        return await JsonBody.ReadArrayAsync(request, ImageLimits.PatchOperationsMax, Read, token);
    }

    /// <summary>Applies the operations in order; the first that is refused leaves the image as it was, since nothing is saved.</summary>
    public static void Apply(IReadOnlyList<ImagePatch> operations, Image image, RequestContext asker)
    {
        var properties = ImageJson.ReadProperties(image);
        foreach (var operation in operations)
            operation.Apply(image, properties, asker);
        ImageJson.WriteProperties(image, properties);
    }

    private static ImagePatch Read(JsonBody item)
    {
        var operation = item.String("op");
        if (operation is not ("add" or "replace" or "remove"))
            throw item.Wrong("op", "add, replace or remove");
        var path = item.String("path", lengthMax: 512);
        if (path.Length < 2 || path[0] != '/' || path.IndexOf('/', 1) >= 0)
            throw item.Wrong("path", "a slash and one attribute's name");
        // RFC 6901 §4.
        var name = path[1..].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
        var hasValue = item.Element.TryGetProperty("value", out var value);
        return hasValue || operation == "remove" ? new ImagePatch(operation, name, value) : throw item.Wrong("value", "given");
    }

    private void Apply(Image image, Dictionary<string, string> properties, RequestContext asker)
    {
        if (!ImageJson.Attributes.Contains(Name))
        {
            if (Operation == "remove")
                properties.Remove(Name);
            else
                ImageRequest.Add(properties, Name, Text() ?? "");
            return;
        }
        if (Operation == "remove")
            throw ApiException.Forbidden($"Attribute '{Name}' cannot be removed.");
        switch (Name)
        {
            case "name":
                image.Name = Text();
                break;
            case "visibility":
                image.Visibility = ImageJson.ReadVisibility(Text(), asker);
                break;
            case "protected":
                image.Protected = Value.ValueKind is JsonValueKind.True or JsonValueKind.False ? Value.GetBoolean() : throw Wrong("a boolean");
                break;
            case "min_disk":
                image.MinDiskGib = Number(ImageLimits.MinDiskGibMax);
                break;
            case "min_ram":
                image.MinRamMib = Number(ImageLimits.MinRamMibMax);
                break;
            case "tags":
                image.Tags = JsonSerializer.Serialize(Tags());
                break;
            default:
                throw ApiException.Forbidden($"Attribute '{Name}' is read-only.");
        }
    }

    private string? Text() => Value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String when Value.GetString() is { Length: <= 255 } text && !text.Contains('\0', StringComparison.Ordinal) => text,
        _ => throw Wrong("a string of at most 255 characters"),
    };

    private int Number(int max) =>
        Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out var number) && number >= 0 && number <= max
            ? number
            : throw Wrong($"a whole number from 0 to {max}");

    private List<string> Tags() =>
        Value.ValueKind == JsonValueKind.Array
        && Value.GetArrayLength() <= ImageLimits.TagsMax
        && Value.EnumerateArray().All(tag => tag.ValueKind == JsonValueKind.String && tag.GetString()!.Length is > 0 and <= 255)
            ? Value.EnumerateArray().Select(tag => tag.GetString()!).Distinct().ToList()
            : throw Wrong($"an array of at most {ImageLimits.TagsMax} strings");

    private ApiException Wrong(string mustBe) => ApiException.BadRequest($"Invalid input for '{Name}': it must be {mustBe}.");
}
