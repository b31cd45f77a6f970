using System.Text.Json;

namespace Lab.Manager.Http;

/// <summary>
/// A request body read member by member; whatever is missing or of the wrong kind is a 400 that names it. Null counts as missing,
/// because the openstack clients send nulls for what was not given.
/// </summary>
internal readonly struct JsonBody
{
    /// <summary>Bytes of a JSON request body.</summary>
    public const int BytesMax = 1024 * 1024;
    private static readonly JsonDocumentOptions Limits = new() { MaxDepth = 32 };
    private readonly JsonElement element;
    private readonly string name;

    private JsonBody(JsonElement element, string name)
    {
        this.element = element;
        this.name = name;
    }

    public JsonElement Element => element;

    /// <summary>Reads the body and takes the object of that name: <c>{"server": {…}}</c>.</summary>
    public static async Task<JsonBody> ReadAsync(HttpRequest request, string root, CancellationToken token) =>
        (await ReadAsync(request, token)).Object(root);

    public static async Task<JsonBody> ReadAsync(HttpRequest request, CancellationToken token)
    {
        using var document = await ParseAsync(request, token);
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? new JsonBody(document.RootElement.Clone(), "body")
            : throw ApiException.BadRequest("Malformed request body: it must be a JSON object.");
    }

    /// <summary>Reads a body that is an array of objects, such as a JSON patch.</summary>
    public static async Task<IReadOnlyList<T>> ReadArrayAsync<T>(HttpRequest request, int countMax, Func<JsonBody, T> read, CancellationToken token)
    {
        using var document = await ParseAsync(request, token);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Array || root.GetArrayLength() > countMax)
            throw ApiException.BadRequest($"Malformed request body: it must be a JSON array of at most {countMax} objects.");
        var items = new List<T>();
        foreach (var item in root.EnumerateArray())
            items.Add(item.ValueKind == JsonValueKind.Object
                ? read(new JsonBody(item.Clone(), $"body[{items.Count}]"))
                : throw ApiException.BadRequest($"Malformed request body: body[{items.Count}] must be an object."));
        return items;
    }

    private static async Task<JsonDocument> ParseAsync(HttpRequest request, CancellationToken token)
    {
        if (request.ContentLength > BytesMax)
            throw TooLong();
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, token)) > 0)
        {
            if (buffer.Length + read > BytesMax)
                throw TooLong();
            buffer.Write(chunk, 0, read);
        }
        try
        {
            return JsonDocument.Parse(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), Limits);
        }
        catch (JsonException e)
        {
            throw ApiException.BadRequest("Malformed request body: " + e.Message);
        }
    }

    private static ApiException TooLong() => new(413, $"The request body is longer than {BytesMax} bytes.");

    public bool Has(string member) => TryGet(member, out _);

    /// <summary>True when the member is there at all, null included.</summary>
    public bool Mentions(string member) => element.TryGetProperty(member, out _);

    public JsonBody Object(string member) => OptionalObject(member) ?? throw Missing(member);

    public JsonBody? OptionalObject(string member) =>
        !TryGet(member, out var value) ? null
        : value.ValueKind == JsonValueKind.Object ? new JsonBody(value, member)
        : throw Wrong(member, "an object");

    public IReadOnlyList<JsonBody> Objects(string member)
    {
        if (!TryGet(member, out var value))
            return [];
        if (value.ValueKind != JsonValueKind.Array)
            throw Wrong(member, "an array");
        var items = new List<JsonBody>();
        foreach (var item in value.EnumerateArray())
            items.Add(item.ValueKind == JsonValueKind.Object ? new JsonBody(item, member) : throw Wrong(member, "an array of objects"));
        return items;
    }

    public string String(string member, int lengthMax = 255, int lengthMin = 1)
    {
        var value = OptionalString(member, lengthMax) ?? throw Missing(member);
        return value.Length >= lengthMin ? value : throw Wrong(member, $"at least {lengthMin} characters long");
    }

    public string? OptionalString(string member, int lengthMax = 255)
    {
        if (!TryGet(member, out var value))
            return null;
        if (TextOf(value) is not { } text)
            throw Wrong(member, "a string");
        return text.Length <= lengthMax ? text : throw Wrong(member, $"at most {lengthMax} characters long");
    }

    public IReadOnlyList<string> Strings(string member, int countMax = 128)
    {
        if (!TryGet(member, out var value))
            return [];
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > countMax)
            throw Wrong(member, $"an array of at most {countMax} strings");
        var texts = new List<string>();
        foreach (var item in value.EnumerateArray())
            texts.Add(TextOf(item) is { Length: <= 255 } text ? text : throw Wrong(member, "an array of strings up to 255 characters"));
        return texts;
    }

    /// <summary>A whole number, written as a JSON number or, as some clients do, as a string.</summary>
    public long? OptionalInteger(string member, long min, long max)
    {
        if (!TryGet(member, out var value))
            return null;
        var ok = value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetInt64(out var n) ? n : null,
            JsonValueKind.String => long.TryParse(value.GetString(), System.Globalization.NumberStyles.AllowLeadingSign, null, out var n) ? n : (long?)null,
            _ => null,
        };
        return ok is { } number && number >= min && number <= max ? number : throw Wrong(member, $"a whole number from {min} to {max}");
    }

    public long Integer(string member, long min, long max) => OptionalInteger(member, min, max) ?? throw Missing(member);

    public bool? OptionalBoolean(string member) => !TryGet(member, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String when bool.TryParse(value.GetString(), out var b) => b,
        _ => throw Wrong(member, "a boolean"),
    };

    /// <summary>An id; null when missing or empty, because clients send <c>"imageRef": ""</c>.</summary>
    public Guid? OptionalId(string member)
    {
        var text = OptionalString(member);
        return string.IsNullOrEmpty(text) ? null : Guid.TryParse(text, out var id) ? id : throw Wrong(member, "an id");
    }

    public Guid Id(string member) => OptionalId(member) ?? throw Missing(member);

    public IReadOnlyDictionary<string, string> StringMap(string member, int countMax = 128)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!TryGet(member, out var value))
            return map;
        if (value.ValueKind != JsonValueKind.Object)
            throw Wrong(member, "an object of strings");
        foreach (var item in value.EnumerateObject())
        {
            if (TextOf(item.Value) is not { Length: <= 255 } text || item.Name.Length is 0 or > 255)
                throw Wrong(member, "an object of strings up to 255 characters");
            map[item.Name] = text;
        }
        return map.Count <= countMax ? map : throw Wrong(member, $"an object of at most {countMax} strings");
    }

    public ApiException Wrong(string member, string mustBe) => ApiException.BadRequest($"Invalid input for {name}.{member}: it must be {mustBe}.");

    private ApiException Missing(string member) => ApiException.BadRequest($"Invalid input for {name}: '{member}' is required.");

    /// <returns>Null for what is no string, for an escaped lone surrogate (JSON, but no text), and for NUL, which PostgreSQL has no place for.</returns>
    private static string? TextOf(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
            return null;
        try
        {
            var text = value.GetString()!;
            return text.Contains('\0', StringComparison.Ordinal) ? null : text;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private bool TryGet(string member, out JsonElement value) =>
        element.TryGetProperty(member, out value) && value.ValueKind != JsonValueKind.Null;
}
