using System.Text.Json.Nodes;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>A request answered with an error; nothing was changed.</summary>
public sealed class RedfishException(int status, params IReadOnlyList<RedfishMessage> messages)
    : Exception(string.Join(' ', messages.Select(m => m.Text)))
{
    public int Status => status;
    public IReadOnlyList<RedfishMessage> Messages => messages;

    /// <summary>When the same request may succeed; null when that is not known.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>The error body of DSP0266 §8.6.</summary>
    internal static JsonObject Body(IReadOnlyList<RedfishMessage> messages)
    {
        var lead = messages.Count == 1 ? messages[0] : BaseMessages.GeneralError;
        return new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["code"] = lead.MessageId,
                ["message"] = lead.Text,
                ["@Message.ExtendedInfo"] = new JsonArray([.. messages.Select(m => m.ToJson())]),
            },
        };
    }
}
