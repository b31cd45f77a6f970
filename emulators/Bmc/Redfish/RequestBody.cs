using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>
/// A body of PATCH or POST: properties are taken by name, what is left over is noted, all errors come together (DSP0266 §7.10, §7.13).
/// </summary>
internal sealed class RequestBody
{
    private readonly JsonObject properties;
    private readonly JsonObject? current;
    private readonly string path;
    private readonly IBodyMessages messages;
    private readonly Notes notes;
    private readonly HashSet<string> taken = [];

    /// <param name="current">The resource as GET shows it, which tells an unknown property from one that cannot be written.</param>
    internal RequestBody(JsonObject properties, JsonObject? current, IBodyMessages messages)
        : this(properties, current, "#", messages, new Notes())
    {
    }

    private RequestBody(JsonObject properties, JsonObject? current, string path, IBodyMessages messages, Notes notes) =>
        (this.properties, this.current, this.path, this.messages, this.notes) = (properties, current, path, messages, notes);

    /// <summary>What was not taken although the rest was: unknown and read-only properties, with <see cref="RedfishMessage.RelatedProperty"/>.</summary>
    internal IReadOnlyList<RedfishMessage> Refused => notes.Refused;

    internal static async Task<JsonObject> ReadAsync(HttpRequest request)
    {
        if (request.ContentLength is null or 0 && !request.Headers.ContainsKey("Transfer-Encoding"))
            return [];
        try
        {
            return await JsonSerializer.DeserializeAsync<JsonNode>(request.Body, cancellationToken: request.HttpContext.RequestAborted) is JsonObject body
                ? Materialized(body)
                : throw new RedfishException(StatusCodes.Status400BadRequest, BaseMessages.UnrecognizedRequestBody);
        }
        catch (JsonException)
        {
            throw new RedfishException(StatusCodes.Status400BadRequest, BaseMessages.MalformedJson);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // The same property twice, or text that is no Unicode.
            throw new RedfishException(StatusCodes.Status400BadRequest, BaseMessages.UnrecognizedRequestBody);
        }
    }

    internal bool Has(string name) => properties.ContainsKey(name);

    /// <summary>Names of the properties, for bodies whose names are not known beforehand.</summary>
    internal IEnumerable<string> Names => properties.Select(property => property.Key).Where(name => !name.Contains('@', StringComparison.Ordinal));

    /// <summary>A part of the body; null when it is absent.</summary>
    internal RequestBody? Object(string name)
    {
        if (!TryTake(name, out var value))
            return null;
        if (value is JsonObject part)
            return new RequestBody(part, current?[name] as JsonObject, $"{path}/{name}", messages, notes);
        Fail(messages.WrongType(Text(value), name), name);
        return null;
    }

    internal bool? Bool(string name) => Scalar<bool>(name);

    internal string? String(string name, int lengthMax = int.MaxValue)
    {
        if (ScalarOrNull(name) is not { } text)
            return null;
        if (text.Length <= lengthMax)
            return text;
        Fail(messages.OutOfRange(text, name), name);
        return null;
    }

    /// <summary>A string that null clears: an empty one then.</summary>
    internal string? Clearable(string name)
    {
        if (!properties.TryGetPropertyValue(name, out var value) || value is not null)
            return String(name);
        taken.Add(name);
        notes.Accepted++;
        return "";
    }

    internal int? Int(string name, int min = int.MinValue, int max = int.MaxValue)
    {
        if (Number(name) is not { } number)
            return null;
        if (number != Math.Floor(number))
            Fail(messages.WrongType(number.ToString(CultureInfo.InvariantCulture), name), name);
        else if (number < min || number > max)
            Fail(messages.OutOfRange(number.ToString(CultureInfo.InvariantCulture), name), name);
        else
            return (int)number;
        return null;
    }

    internal double? Number(string name) => Scalar<double>(name);

    internal T? Enum<T>(string name)
        where T : struct, Enum => OneOf(name, System.Enum.GetNames<T>()) is { } text ? System.Enum.Parse<T>(text) : null;

    internal string? OneOf(string name, params IReadOnlyCollection<string> allowed)
    {
        if (String(name) is not { } text)
            return null;
        if (allowed.Contains(text))
            return text;
        Fail(messages.NotInList(text, name), name);
        return null;
    }

    /// <summary>An array of strings; null when it is absent.</summary>
    internal IReadOnlyList<string>? Strings(string name, params IReadOnlyCollection<string> allowed)
    {
        if (!TryTake(name, out var value))
            return null;
        if (value is not JsonArray array || !array.All(item => item is JsonValue scalar && scalar.TryGetValue<string>(out _)))
        {
            Fail(messages.WrongType(Text(value), name), name);
            return null;
        }
        string[] texts = [.. array.Select(item => item!.GetValue<string>())];
        foreach (var wrong in allowed.Count == 0 ? [] : texts.Except(allowed))
            Fail(messages.NotInList(wrong, name), name);
        return texts;
    }

    /// <summary>An array of objects; null when it is absent.</summary>
    internal IReadOnlyList<RequestBody>? Objects(string name)
    {
        if (!TryTake(name, out var value))
            return null;
        if (value is JsonArray array && array.All(item => item is JsonObject))
            return [.. array.Select((item, i) => new RequestBody((JsonObject)item!, null, $"{path}/{name}/{i}", messages, notes))];
        Fail(messages.WrongType(Text(value), name), name);
        return null;
    }

    /// <summary>Any value; null when it is absent or null.</summary>
    internal JsonNode? Any(string name) => TryTake(name, out var value) ? value : null;

    /// <summary>Notes an error about a value that was taken.</summary>
    internal void Refuse(string name, Func<IBodyMessages, RedfishMessage> message) => Fail(message(messages), name);

    internal void Require(params IEnumerable<string> names)
    {
        foreach (var name in names)
            if (!properties.TryGetPropertyValue(name, out var value) || value is null)
                Fail(messages.Missing(name), name);
    }

    /// <summary>Notes what nobody took. The outermost call throws when anything was wrong, or nothing was right.</summary>
    internal void End()
    {
        foreach (var (name, value) in properties)
            if (!taken.Contains(name) && !name.Contains('@', StringComparison.Ordinal))
                notes.Refused.Add(Left(name, value) with { RelatedProperty = $"{path}/{name}" });
        if (path != "#")
            return;
        if (notes.HasErrors || (notes.Refused.Count > 0 && (notes.Accepted == 0 || !messages.CanBePartial)))
            throw new RedfishException(StatusCodes.Status400BadRequest, [.. notes.Refused]);
    }

    private RedfishMessage Left(string name, JsonNode? value) =>
        current?.ContainsKey(name) == true ? BaseMessages.PropertyNotWritable(name) : messages.Unknown(name, value);

    private T? Scalar<T>(string name)
        where T : struct
    {
        if (!TryTake(name, out var value))
            return null;
        if (value is JsonValue scalar && scalar.TryGetValue<T>(out var result))
            return result;
        Fail(messages.WrongType(Text(value), name), name);
        return null;
    }

    private string? ScalarOrNull(string name)
    {
        if (!TryTake(name, out var value))
            return null;
        if (value is JsonValue scalar && scalar.TryGetValue<string>(out var result))
            return result;
        Fail(messages.WrongType(Text(value), name), name);
        return null;
    }

    private bool TryTake(string name, out JsonNode? value)
    {
        taken.Add(name);
        if (!properties.TryGetPropertyValue(name, out value))
            return false;
        if (value is not JsonObject)
            notes.Accepted++;
        return true;
    }

    // Parsing is lazy: doubled names and broken text show only when the properties are looked at.
    private static JsonObject Materialized(JsonObject body)
    {
        Walk(body);
        return body;

        static void Walk(JsonNode? node)
        {
            if (node is JsonObject part)
                foreach (var (_, value) in part)
                    Walk(value);
            else if (node is JsonArray list)
                foreach (var item in list)
                    Walk(item);
            else if (node is JsonValue scalar && scalar.GetValueKind() == JsonValueKind.String)
                scalar.GetValue<string>();
        }
    }

    private void Fail(RedfishMessage message, string name)
    {
        notes.HasErrors = true;
        notes.Refused.Add(message with { RelatedProperty = $"{path}/{name}" });
    }

    private static string Text(JsonNode? value) => value?.ToJsonString() ?? "null";

    private sealed class Notes
    {
        internal List<RedfishMessage> Refused { get; } = [];
        internal bool HasErrors { get; set; }
        internal int Accepted { get; set; }
    }
}
