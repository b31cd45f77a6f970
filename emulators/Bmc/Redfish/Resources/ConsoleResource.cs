using System.Globalization;
using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Console;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>The serial console: its WebSocket, and its log as a LogService with one entry whose attachment is the text.</summary>
internal static class ConsoleResource
{
    /// <summary>
    /// Beneath the system: WebSocket; binary messages both ways. Query <c>since</c>: replay the log from that offset on before what is
    /// new. Header <see cref="Paths.OffsetHeader"/> of the handshake's answer: offset of the first byte that will be sent.
    /// </summary>
    internal const string Socket = "/SerialConsole";
    internal const string LogId = "SerialConsole";

    private const string ServiceTemplate = Paths.AnySystem + "/LogServices/" + LogId;
    private const string EntriesTemplate = ServiceTemplate + "/Entries";
    private const string EntryTemplate = EntriesTemplate + "/1";

    /// <summary>
    /// The console's text, as octets. Query <c>since</c>: offset of the first byte wanted. Response headers
    /// <see cref="Paths.OffsetHeader"/>: offset of the first byte returned, <see cref="Paths.EndHeader"/>: of the first one after them.
    /// </summary>
    private const string Attachment = "/Attachment";

    internal static void MapConsole(this ResourceTable table)
    {
        table.Add(ServiceTemplate, Service);
        table.Action(ServiceTemplate + "/Actions/LogService.ClearLog", Role.Operator, (request, body) =>
        {
            LogResource.TakeClearType(body);
            request.Bmc.Console.Log.Clear();
            return Task.CompletedTask;
        });
        table.Add(EntriesTemplate, request => Json.Collection(
            request.Path, "LogEntryCollection", "Serial console", new JsonArray(Entry(request, request.Path + "/1"))));
        table.Add(EntryTemplate, request => Entry(request, request.Path));
        table.Other(EntryTemplate + Attachment).On(HttpMethods.Get, Role.ReadOnly, WriteTextAsync);
        table.Other(Paths.AnySystem + Socket).On(HttpMethods.Get, Role.Operator, RunSocketAsync);
    }

    private static JsonObject Service(RedfishRequest request)
    {
        var service = LogResource.Service(request, LogId, "Serial console", "WrapsWhenFull", "OEM");
        service["Description"] = "The host's serial output; the text is the attachment of the only entry.";
        return service;
    }

    private static JsonObject Entry(RedfishRequest request, string path)
    {
        var log = request.Bmc.Console.Log;
        var entry = Json.Resource(path, "LogEntry.v1_21_0.LogEntry", "1", "Serial console output");
        entry["EntryType"] = "Oem";
        entry["OemRecordFormat"] = "text";
        entry["Severity"] = "OK";
        entry["DiagnosticDataType"] = "OS";
        entry["AdditionalDataURI"] = path + Attachment;
        entry["AdditionalDataSizeBytes"] = log.End - log.Start;
        return entry;
    }

    private static async Task WriteTextAsync(RedfishRequest request)
    {
        var context = request.Context;
        var log = request.Bmc.Console.Log;
        var buffer = new byte[ConsoleLog.Capacity];
        var (offset, count) = log.Read(Since(context) ?? 0, buffer);
        SetOffset(context, Paths.OffsetHeader, offset);
        SetOffset(context, Paths.EndHeader, offset + count);
        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = count;
        await context.Response.Body.WriteAsync(buffer.AsMemory(0, count), context.RequestAborted);
    }

    private static async Task RunSocketAsync(RedfishRequest request)
    {
        var context = request.Context;
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
