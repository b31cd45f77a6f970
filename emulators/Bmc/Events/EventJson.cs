using System.Globalization;
using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Redfish;

namespace Lab.Emulators.Bmc.Events;

/// <summary>Event 1.13 (DSP2046).</summary>
internal static class EventJson
{
    internal static JsonObject Of(DeviceEvent happened, string? context)
    {
        var id = happened.Sequence.ToString(CultureInfo.InvariantCulture);
        var record = new JsonObject
        {
            ["MemberId"] = "0",
            ["EventId"] = id,
            ["EventType"] = "Alert",
            ["EventTimestamp"] = Json.Time(happened.Time),
            ["MessageSeverity"] = happened.Message.Severity,
            ["Message"] = happened.Message.Text,
            ["MessageId"] = happened.Message.MessageId,
            ["MessageArgs"] = Json.Strings(happened.Message.Arguments),
        };
        if (happened.Origin is not null)
            record["OriginOfCondition"] = Json.Link(happened.Origin);
        var json = new JsonObject
        {
            ["@odata.type"] = "#Event.v1_13_0.Event",
            ["Id"] = id,
            ["Name"] = "Event",
            ["Events"] = new JsonArray(record),
            ["Events@odata.count"] = 1,
        };
        if (context is not null)
            json["Context"] = context;
        return json;
    }
}
