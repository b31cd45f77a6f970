using System.Text.Json.Nodes;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>A message of a registry with its arguments filled in.</summary>
public sealed record RedfishMessage(string MessageId, string Text, string Severity, string Resolution, IReadOnlyList<string> Arguments)
{
    /// <summary>JSON pointer of the property it is about.</summary>
    public string? RelatedProperty { get; init; }

    internal JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["@odata.type"] = "#Message.v1_3_0.Message",
            [nameof(MessageId)] = MessageId,
            ["Message"] = Text,
            ["MessageArgs"] = new JsonArray([.. Arguments.Select(a => JsonValue.Create(a))]),
            ["MessageSeverity"] = Severity,
            [nameof(Resolution)] = Resolution,
        };
        if (RelatedProperty is not null)
            json["RelatedProperties"] = new JsonArray(RelatedProperty);
        return json;
    }
}
