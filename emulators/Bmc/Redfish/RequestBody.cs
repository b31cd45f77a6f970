using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>A PATCH or POST body: properties are taken by name, what is left over is an error, all errors come together.</summary>
internal sealed class RequestBody
{
    private readonly JsonObject properties;
    private readonly JsonObject? current;
    private readonly string path;
    private readonly List<RedfishMessage> errors;
    private readonly HashSet<string> taken = [];

    /// <param name="current">The resource as GET shows it, which tells an unknown property from one that cannot be written.</param>
    internal RequestBody(JsonObject properties, JsonObject? current)
        : this(properties, current, "#", [])
    {
    }

    private RequestBody(JsonObject properties, JsonObject? current, string path, List<RedfishMessage> errors) =>
        (this.properties, this.current, this.path, this.errors) = (properties, current, path, errors);

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
        catch (ArgumentException)
        {
            // The same property twice.
            throw new RedfishException(StatusCodes.Status400BadRequest, BaseMessages.UnrecognizedRequestBody);
        }
    }

    /// <summary>A part of the body; null when it is absent.</summary>
    internal RequestBody? Object(string name)
    {
        taken.Add(name);
        if (!properties.TryGetPropertyValue(name, out var value))
            return null;
        if (value is JsonObject part)
            return new RequestBody(part, current?[name] as JsonObject, $"{path}/{name}", errors);
        Fail(BaseMessages.PropertyValueTypeError(Text(value), name), name);
        return null;
    }

    internal bool? Bool(string name)
    {
        taken.Add(name);
        if (!properties.TryGetPropertyValue(name, out var value))
            return null;
        if (value is JsonValue scalar && scalar.TryGetValue<bool>(out var flag))
            return flag;
        Fail(BaseMessages.PropertyValueTypeError(Text(value), name), name);
        return null;
    }

    internal string? String(string name)
    {
        taken.Add(name);
        if (!properties.TryGetPropertyValue(name, out var value))
            return null;
        if (value is JsonValue scalar && scalar.TryGetValue<string>(out var text))
            return text;
        Fail(BaseMessages.PropertyValueTypeError(Text(value), name), name);
        return null;
    }

    internal T? Enum<T>(string name)
        where T : struct, Enum
    {
        if (String(name) is not { } text)
            return null;
        if (System.Enum.GetNames<T>().Contains(text))
            return System.Enum.Parse<T>(text);
        Fail(BaseMessages.PropertyValueNotInList(text, name), name);
        return null;
    }

    internal void RequireOneOf(string name, string? value, params string[] allowed)
    {
        if (value is not null && !allowed.Contains(value))
            Fail(BaseMessages.PropertyValueNotInList(value, name), name);
    }

    /// <summary>Notes what nobody took; the outermost call throws everything noted.</summary>
    internal void End()
    {
        foreach (var (name, _) in properties)
            if (!taken.Contains(name) && !name.Contains('@', StringComparison.Ordinal))
                Fail(current?.ContainsKey(name) == true ? BaseMessages.PropertyNotWritable(name) : BaseMessages.PropertyUnknown(name), name);
        if (path == "#" && errors.Count > 0)
            throw new RedfishException(StatusCodes.Status400BadRequest, errors);
    }

    // Parsing is lazy: doubled names show only when the properties are looked at.
    private static JsonObject Materialized(JsonObject body)
    {
        foreach (var (_, value) in body)
            if (value is JsonObject part)
                Materialized(part);
        return body;
    }

    private void Fail(RedfishMessage message, string name) => errors.Add(message with { RelatedProperty = $"{path}/{name}" });

    private static string Text(JsonNode? value) => value?.ToJsonString() ?? "null";
}
