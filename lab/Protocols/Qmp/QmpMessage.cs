using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lab.Protocols.Qmp;

/// <summary>What QEMU may say on a QMP connection (QMP specification §2): one JSON object each.</summary>
public abstract record QmpMessage
{
    /// <summary>First message of a connection (§2.2); <paramref name="Version"/> as "7.2.22".</summary>
    public sealed record Greeting(string Version) : QmpMessage;

    /// <summary>Success (§2.4.1).</summary>
    public sealed record Return(long? Id, JsonElement Value) : QmpMessage;

    /// <summary>Failure (§2.4.2).</summary>
    public sealed record Failure(long? Id, string ErrorClass, string Description) : QmpMessage;

    /// <summary>§2.5.</summary>
    public sealed record Event(QmpEvent Value) : QmpMessage;

    /// <summary>A command (§2.3) with its id.</summary>
    public static byte[] Command(string name, JsonNode? arguments, long id)
    {
        var command = new JsonObject { ["execute"] = name };
        if (arguments is not null)
            command["arguments"] = arguments;
        command["id"] = id;
        return JsonSerializer.SerializeToUtf8Bytes(command);
    }

    public static bool TryRead(ReadOnlyMemory<byte> text, [NotNullWhen(true)] out QmpMessage? message)
    {
        message = null;
        try
        {
            using var document = JsonDocument.Parse(text);
            message = Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or a member of another type than the specification's.
        }
        return message is not null;
    }

    private static QmpMessage? Read(JsonElement root)
    {
        if (root.TryGetProperty("return", out var value))
            return new Return(ReadId(root), value.Clone());
        if (root.TryGetProperty("error", out var error))
            return new Failure(ReadId(root), Text(error, "class"), Text(error, "desc"));
        if (root.TryGetProperty("event", out var name))
            return new Event(new QmpEvent(name.GetString() ?? "", root.TryGetProperty("data", out var data) ? data.Clone() : default));
        if (root.TryGetProperty("QMP", out var greeting))
            return new Greeting(ReadVersion(greeting));
        return null;
    }

    private static long? ReadId(JsonElement root) =>
        root.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.Number && id.TryGetInt64(out var number) ? number : null;

    private static string Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    private static string ReadVersion(JsonElement greeting) =>
        greeting.TryGetProperty("version", out var version) && version.TryGetProperty("qemu", out var qemu)
            ? $"{Number(qemu, "major")}.{Number(qemu, "minor")}.{Number(qemu, "micro")}"
            : "";

    private static int Number(JsonElement parent, string name) => parent.TryGetProperty(name, out var value) ? value.GetInt32() : 0;
}
