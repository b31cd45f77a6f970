using System.Globalization;
using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Console;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>The serial console: its WebSocket, and its log as a LogService with one entry whose attachment is the text.</summary>
internal static class ConsoleResource
{
    private enum ClearType { ClearAll }

    internal static void MapConsole(this IEndpointRouteBuilder routes)
    {
        routes.MapCollection(Paths.LogServices, "LogServiceCollection", "Log services", _ => [Paths.ConsoleLog]);
        routes.MapResource(Paths.ConsoleLog, _ => Service());
        routes.MapAction<ClearType>(Paths.ConsoleLogClear, Role.Operator, "LogClearType", (request, _) =>
        {
            request.Bmc.Console.Log.Clear();
            return Task.CompletedTask;
        });
        routes.MapResource(Paths.ConsoleLogEntries, Entries);
        routes.MapResource(Paths.ConsoleLogEntry, Entry);
        routes.MapGet(Paths.ConsoleText, WriteTextAsync);
        routes.MapGet(Paths.ConsoleSocket, RunSocketAsync);
    }

    private static JsonObject Service()
    {
        var service = RedfishRoutes.Resource(Paths.ConsoleLog, "#LogService.v1_9_0.LogService", "SerialConsole", "Serial console");
        service["Description"] = "The host's serial output; the text is the attachment of the only entry.";
        service["LogEntryType"] = "OEM";
        service["OverWritePolicy"] = "WrapsWhenFull";
        service["ServiceEnabled"] = true;
        service["Status"] = RedfishRoutes.EnabledStatus();
        service["Entries"] = RedfishRoutes.Link(Paths.ConsoleLogEntries);
        service["Actions"] = new JsonObject
        {
            ["#LogService.ClearLog"] = new JsonObject
            {
                ["target"] = Paths.ConsoleLogClear,
                ["LogClearType@Redfish.AllowableValues"] = new JsonArray(nameof(ClearType.ClearAll)),
            },
        };
        return service;
    }

    private static JsonObject Entries(RedfishRequest request) => new()
    {
        ["@odata.id"] = Paths.ConsoleLogEntries,
        ["@odata.type"] = "#LogEntryCollection.LogEntryCollection",
        ["Name"] = "Serial console",
        ["Members@odata.count"] = 1,
        ["Members"] = new JsonArray(Entry(request)),
    };

    private static JsonObject Entry(RedfishRequest request)
    {
        var log = request.Bmc.Console.Log;
        var entry = RedfishRoutes.Resource(Paths.ConsoleLogEntry, "#LogEntry.v1_21_0.LogEntry", "1", "Serial console output");
        entry["EntryType"] = "Oem";
        entry["OemRecordFormat"] = "text";
        entry["Severity"] = "OK";
        entry["DiagnosticDataType"] = "OS";
        entry["AdditionalDataURI"] = Paths.ConsoleText;
        entry["AdditionalDataSizeBytes"] = log.End - log.Start;
        return entry;
    }

    private static async Task WriteTextAsync(HttpContext context)
    {
        var log = new RedfishRequest(context).Bmc.Console.Log;
        var buffer = new byte[ConsoleLog.Capacity];
        var (offset, count) = log.Read(Since(context) ?? 0, buffer);
        SetOffset(context, Paths.OffsetHeader, offset);
        SetOffset(context, Paths.EndHeader, offset + count);
        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = count;
        await context.Response.Body.WriteAsync(buffer.AsMemory(0, count), context.RequestAborted);
    }

    private static async Task RunSocketAsync(HttpContext context)
    {
        var request = new RedfishRequest(context);
        request.Require(Role.Operator);
        if (!context.WebSockets.IsWebSocketRequest)
            throw new RedfishException(StatusCodes.Status400BadRequest, BaseMessages.HeaderInvalid("Upgrade"));
        var console = request.Bmc.Console;
        var offset = Math.Clamp(Since(context) ?? long.MaxValue, console.Log.Start, console.Log.End);
        SetOffset(context, Paths.OffsetHeader, offset);
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await ConsoleWebSocket.RunAsync(socket, console, offset, request.Bmc.Time, stopping);
    }

    private static long? Since(HttpContext context)
    {
        const string Name = "since";
        if (!context.Request.Query.TryGetValue(Name, out var text))
            return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? offset
            : throw new RedfishException(StatusCodes.Status400BadRequest, BaseMessages.QueryParameterValueTypeError(text.ToString(), Name));
    }

    private static void SetOffset(HttpContext context, string header, long offset) =>
        context.Response.Headers[header] = offset.ToString(CultureInfo.InvariantCulture);
}
