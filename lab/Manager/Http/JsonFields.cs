using System.Text.Json;

namespace Lab.Manager.Http;

/// <summary>
/// Fields of a JSON object, read with the type they must have; anything else is a 400 that names the field. A JSON null reads
/// as absent, because the clients send unset options as null.
/// </summary>
public readonly record struct JsonFields(JsonElement Element, string Path)
{
    public bool Has(string name) => TryGet(name, out _);

    /// <summary>True when the member is there, even as null (an action such as <c>{"os-start": null}</c>).</summary>
    public bool HasMember(string name) => Element.TryGetProperty(name, out _);

    public IEnumerable<string> Names => Element.EnumerateObject().Select(p => p.Name);

    public JsonFields Object(string name) => ObjectOrNull(name) ?? throw Missing(name);

    public JsonFields? ObjectOrNull(string name) => !TryGet(name, out var value)
        ? null
        : value.ValueKind == JsonValueKind.Object ? new JsonFields(value, At(name)) : throw Wrong(name, "an object");

    public string String(string name, int lengthMax = JsonBodyLimits.NameMax) =>
        StringOrNull(name, lengthMax) ?? throw Missing(name);

    public string? StringOrNull(string name, int lengthMax = JsonBodyLimits.NameMax)
    {
        if (!TryGet(name, out var value))
            return null;
        if (value.ValueKind != JsonValueKind.String)
            throw Wrong(name, "a string");
        string text;
        try
        {
            text = value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // An escaped lone surrogate is JSON, but no text.
            throw Wrong(name, "valid Unicode text");
        }
        if (text.Length > lengthMax)
            throw Wrong(name, $"at most {lengthMax} characters long");
        if (text.Contains('\0', StringComparison.Ordinal))
            throw Wrong(name, "text without NUL");
        return text;
    }

    public Guid Guid(string name) => GuidOrNull(name) ?? throw Missing(name);

    /// <summary>Ids are written with or without dashes, as OpenStack's services differ in it.</summary>
    public Guid? GuidOrNull(string name) => StringOrNull(name) is not { } text
        ? null
        : System.Guid.TryParse(text, out var id) ? id : throw Wrong(name, "a UUID");

    public long Integer(string name, long min, long max) => IntegerOrNull(name, min, max) ?? throw Missing(name);

    /// <summary>Takes a number or, as nova does, its decimal text.</summary>
    public long? IntegerOrNull(string name, long min, long max)
    {
        if (!TryGet(name, out var value))
            return null;
        long number = 0;
        var isInteger = value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetInt64(out number),
            JsonValueKind.String => long.TryParse(
                value.GetString(), System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out number),
            _ => false,
        };
        if (!isInteger || number < min || number > max)
            throw Wrong(name, $"an integer from {min} to {max}");
        return number;
    }

    public bool? BooleanOrNull(string name) => !TryGet(name, out var value)
        ? null
        : value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.String when bool.TryParse(value.GetString(), out var parsed) => parsed,
            _ => throw Wrong(name, "a boolean"),
        };

    public IReadOnlyList<JsonFields> Objects(string name, int countMax)
    {
        var at = At(name);
        var self = this;
        return Items(name, countMax)
            .Select((item, index) => item.ValueKind == JsonValueKind.Object
                ? new JsonFields(item, $"{at}[{index}]")
                : throw self.Wrong($"{name}[{index}]", "an object"))
            .ToList();
    }

    public IReadOnlyList<string> Strings(string name, int countMax)
    {
        var self = this;
        return Items(name, countMax)
            .Select((item, index) => item.ValueKind == JsonValueKind.String
                ? item.GetString()!
                : throw self.Wrong($"{name}[{index}]", "a string"))
            .ToList();
    }

    /// <summary>A flat object of texts, such as metadata.</summary>
    public IReadOnlyDictionary<string, string> Texts(string name, int countMax)
    {
        if (ObjectOrNull(name) is not { } map)
            return new Dictionary<string, string>();
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var key in map.Names)
        {
            if (texts.Count == countMax)
                throw Wrong(name, $"an object of at most {countMax} members");
            if (key.Length is 0 or > JsonBodyLimits.NameMax)
                throw Wrong(name, "an object with keys of 1 to 255 characters");
            texts[key] = map.String(key);
        }
        return texts;
    }

    public ApiException Wrong(string name, string expected) =>
        ApiException.BadRequest($"Invalid input for field '{At(name)}': it must be {expected}.");

    private ApiException Missing(string name) => ApiException.BadRequest($"Invalid input: the field '{At(name)}' is required.");

    private string At(string name) => Path.Length == 0 ? name : Path + "." + name;

    private List<JsonElement> Items(string name, int countMax)
    {
        if (!TryGet(name, out var value))
            return [];
        if (value.ValueKind != JsonValueKind.Array)
            throw Wrong(name, "a list");
        if (value.GetArrayLength() > countMax)
            throw Wrong(name, $"a list of at most {countMax} items");
        return value.EnumerateArray().ToList();
    }

    private bool TryGet(string name, out JsonElement value) =>
        Element.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
}
