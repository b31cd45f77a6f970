using System.Globalization;
using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Device;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>LogService 1.9 and LogEntry 1.21 (DSP2046): the system event log that IPMI shows too.</summary>
internal static class LogResource
{
    internal const string SelId = "SEL";
    private const string Template = Paths.AnySystem + "/LogServices";
    private const string SelTemplate = Template + "/" + SelId;
    private const string ClearAll = "ClearAll";

    internal static void MapLogs(this ResourceTable table)
    {
        table.Collection(Template, "LogServiceCollection", "Log services", request =>
            [$"{request.Path}/{SelId}", $"{request.Path}/{ConsoleResource.LogId}"]);
        table.Add(SelTemplate, ReadService);
        table.Action(SelTemplate + "/Actions/LogService.ClearLog", Role.Operator, (request, body) =>
        {
            TakeClearType(body);
            return request.Bmc.Device.ConfigureAsync(state => state with { EventLog = state.EventLog.Clear(request.Now) }, request.Token);
        });
        table.Add(SelTemplate + "/Entries", request => Json.Collection(
            request.Path,
            "LogEntryCollection",
            "System event log",
            new JsonArray([.. request.State.EventLog.Entries.Select(entry => ReadEntry(request, $"{request.Path}/{entry.Id}", entry))])));
        table.Add(SelTemplate + "/Entries/{entry}", request => Find(request) is { } entry ? ReadEntry(request, request.Path, entry) : null)
            .Delete(Role.Operator, request => request.Bmc.Device.ConfigureAsync(
                state => state with { EventLog = state.EventLog.Remove(Find(request)!.Id, request.Now) }, request.Token));
    }

    internal static JsonObject Service(RedfishRequest request, string id, string name, string overwrite, string entryType)
    {
        var service = Json.Resource(request.Path, "LogService.v1_9_0.LogService", id, name);
        service["LogEntryType"] = entryType;
        service["OverWritePolicy"] = overwrite;
        service["ServiceEnabled"] = true;
        service["DateTime"] = Json.Time(request.Now);
        service["DateTimeLocalOffset"] = "+00:00";
        service["Status"] = Json.Status();
        service["Entries"] = Json.Link(request.Path + "/Entries");
        service["Actions"] = new JsonObject
        {
            ["#LogService.ClearLog"] = Json.Action(request.Path + "/Actions/LogService.ClearLog", "LogClearType", new JsonArray(ClearAll)),
        };
        return service;
    }

    // Clients of old versions send no body.
    internal static void TakeClearType(RequestBody body)
    {
        body.OneOf("LogClearType", ClearAll);
        body.End();
    }

    private static JsonObject ReadService(RedfishRequest request)
    {
        var service = Service(request, SelId, "System event log", "NeverOverWrites", "SEL");
        service["MaxNumberOfRecords"] = SystemEventLog.EntriesMax;
        service["Overflow"] = request.State.EventLog.HasOverflowed;
        return service;
    }

    private static SelEntry? Find(RedfishRequest request) =>
        ushort.TryParse(request["entry"], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? request.State.EventLog.Find(id) : null;

    private static JsonObject ReadEntry(RedfishRequest request, string path, SelEntry entry)
    {
        var (id, logged) = (entry.Id.ToString(CultureInfo.InvariantCulture), entry.Event);
        var resource = Json.Resource(path, "LogEntry.v1_21_0.LogEntry", id, "Event " + id);
        resource["EntryType"] = "SEL";
        resource["Created"] = Json.Time(entry.Created);
        resource["EventTimestamp"] = Json.Time(entry.Created);
        resource["Severity"] = logged.Severity.ToString();
        resource["Message"] = Own(logged.Message);
        if (logged.MessageId is not null)
        {
            resource["MessageId"] = logged.MessageId;
            resource["MessageArgs"] = Json.Strings(logged.MessageArgs.Select(Own));
        }
        resource["EntryCode"] = logged.IsDeassertion ? "Deassert" : "Assert";
        resource["SensorNumber"] = logged.SensorNumber;
        resource["GeneratorId"] = FormattableString.Invariant($"0x{logged.GeneratorId:X4}");
        if (request.Profile.Sensors.FirstOrDefault(sensor => sensor.Number == logged.SensorNumber) is { } sensor)
            resource["Links"] = new JsonObject { ["OriginOfCondition"] = Json.Link($"{request.Paths.Chassis}/Sensors/{sensor.Id}") };
        return resource;

        string Own(string text) => text.Replace(SelEvents.SystemPath, request.Paths.System, StringComparison.Ordinal);
    }
}
