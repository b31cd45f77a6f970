using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Manager.Conductor;
using Lab.Manager.Http;
using Lab.Manager.Telemetry;

namespace Lab.Manager.Compute;

/// <summary><c>POST /servers/{id}/action</c>: the body's one member names the action.</summary>
internal static class ServerActions
{
    private const int ConsoleLinesMax = 100_000;

    public static async Task<IResult> ActAsync(
        HttpContext http, string id, RequestContext asker, ServerService servers, ServerConsole console, CancellationToken token)
    {
        using var trace = RequestTrace.Start(http);
        var body = await JsonBody.ReadAsync(http.Request, token);
        var actions = body.Element.EnumerateObject().Select(p => p.Name).ToList();
        if (actions.Count != 1)
            throw ApiException.BadRequest("The request body must name one action.");
        switch (actions[0])
        {
            case "os-start":
                await servers.ChangeAsync(id, asker, WorkflowKinds.Start, ServerStatus.Shutoff, TaskStates.PoweringOn, trace.TraceParent, token);
                return Results.Accepted();
            case "os-stop":
                await servers.ChangeAsync(id, asker, WorkflowKinds.Stop, ServerStatus.Active, TaskStates.PoweringOff, trace.TraceParent, token);
                return Results.Accepted();
            case "reboot":
                var task = body.Object("reboot").String("type").ToUpperInvariant() switch
                {
                    "SOFT" => TaskStates.Rebooting,
                    "HARD" => TaskStates.RebootingHard,
                    _ => throw body.Object("reboot").Wrong("type", "SOFT or HARD"),
                };
                await servers.ChangeAsync(id, asker, WorkflowKinds.Reboot, ServerStatus.Active, task, trace.TraceParent, token);
                return Results.Accepted();
            case "os-getConsoleOutput":
                var lines = (int?)body.OptionalObject("os-getConsoleOutput")?.OptionalInteger("length", -1, ConsoleLinesMax);
                var text = await console.ReadAsync(id, lines is -1 ? null : lines, asker, token);
                return ApiJson.Ok(new JsonObject { ["output"] = text });
            default:
                throw ApiException.BadRequest($"There is no such action: {JsonEncodedText.Encode(actions[0])}");
        }
    }
}
