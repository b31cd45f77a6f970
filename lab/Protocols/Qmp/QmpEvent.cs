using System.Text.Json;

namespace Lab.Protocols.Qmp;

/// <summary>An asynchronous event (QMP specification §2.5). <paramref name="Data"/> is undefined when the event has none.</summary>
public sealed record QmpEvent(string Name, JsonElement Data);
