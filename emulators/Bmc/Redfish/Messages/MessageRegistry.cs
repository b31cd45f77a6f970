using System.Text.Json;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>One message as its registry defines it (DSP2046, MessageRegistry).</summary>
public sealed record RegisteredMessage(string Message, string MessageSeverity, string Resolution, int NumberOfArgs);

/// <summary>A message registry of DMTF's, as it comes with the program.</summary>
public sealed class MessageRegistry
{
    private const string ResourcePrefix = "registry/";

    private MessageRegistry(string fileName)
    {
        Id = fileName;
        var parts = fileName.Split('.');
        (Prefix, Version) = (parts[0], $"{parts[1]}.{parts[2]}");
        using var document = JsonDocument.Parse(Read());
        var root = document.RootElement;
        Description = root.GetProperty(nameof(Description)).GetString()!;
        Messages = root.GetProperty(nameof(Messages)).EnumerateObject().ToDictionary(
            message => message.Name,
            message => new RegisteredMessage(
                message.Value.GetProperty("Message").GetString()!,
                message.Value.GetProperty("MessageSeverity").GetString()!,
                message.Value.GetProperty("Resolution").GetString()!,
                message.Value.GetProperty("NumberOfArgs").GetInt32()));
    }

    public static IReadOnlyList<MessageRegistry> All { get; } =
        [.. typeof(MessageRegistry).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => new MessageRegistry(name[ResourcePrefix.Length..]))];

    /// <summary>As in "Base.1.22.1".</summary>
    public string Id { get; }

    /// <summary>As in "Base".</summary>
    public string Prefix { get; }

    /// <summary>Major and minor version, which message ids carry (DSP0266 §9.5.12.2).</summary>
    public string Version { get; }
    public string Description { get; }
    public IReadOnlyDictionary<string, RegisteredMessage> Messages { get; }

    public static MessageRegistry Of(string prefix) => All.First(registry => registry.Prefix == prefix);

    /// <summary>The file's bytes.</summary>
    public byte[] Read()
    {
        using var stream = typeof(MessageRegistry).Assembly.GetManifestResourceStream(ResourcePrefix + Id)!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    /// <exception cref="ArgumentException">There is no such message, or it takes another number of arguments.</exception>
    public RedfishMessage Make(string key, params string[] arguments)
    {
        if (!Messages.TryGetValue(key, out var registered) || registered.NumberOfArgs != arguments.Length)
            throw new ArgumentException($"{Id} has no message {key} of {arguments.Length} arguments");
        var text = registered.Message;
        for (var i = arguments.Length; i > 0; i--)
            text = text.Replace($"%{i}", arguments[i - 1], StringComparison.Ordinal);
        return new RedfishMessage($"{Prefix}.{Version}.{key}", text, registered.MessageSeverity, registered.Resolution, arguments);
    }
}
