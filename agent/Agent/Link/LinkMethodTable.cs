using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Lab.Agent.Compute;
using Lab.Agent.Reconcile;
using Lab.Contracts.Link;
using Lab.Protocols.JsonRpc;
using Microsoft.Extensions.Logging;

namespace Lab.Agent.Link;

/// <summary>What the manager may ask of the agent.</summary>
public sealed class LinkMethodTable(Reconciler reconciler, HostBmc bmc, ResetRequests resets, ILogger<LinkMethodTable> log)
{
    /// <param name="registered">Completes with the node's id; a spec that comes before waits for it.</param>
    public JsonRpcMethods For(Task<Guid> registered) => new JsonRpcMethods()
        .Add(LinkMethods.Apply, async (parameters, token) =>
        {
            Apply(Read(parameters, LinkJson.Default.NodeSpec), await registered.WaitAsync(token));
            return null;
        })
        .Add(LinkMethods.Reset, async (parameters, token) =>
        {
            var request = Read(parameters, LinkJson.Default.ResetRequest);
            if (request.RequestId == Guid.Empty)
                throw new JsonRpcException(JsonRpcErrors.InvalidParams, "Invalid parameters: requestId is missing");
            await AskBmcAsync(async () =>
            {
                await resets.ResetAsync(request, token);
                return true;
            });
            return null;
        })
        .Add(LinkMethods.ReadConsole, async (parameters, token) =>
        {
            var request = Read(parameters, LinkJson.Default.ConsoleRequest);
            var text = await AskBmcAsync(() => bmc.ReadConsoleAsync(token));
            return JsonSerializer.SerializeToNode(new ConsoleReply(ConsoleLog.LastLines(text, request.LinesMax)), LinkJson.Default.ConsoleReply);
        });

    private void Apply(NodeSpec spec, Guid node)
    {
        var errors = SpecValidation.Errors(spec);
        if (errors.Count > 0)
            throw new JsonRpcException(JsonRpcErrors.InvalidParams, "Invalid spec: " + string.Join("; ", errors.Take(10)),
                new JsonArray([.. errors.Select(e => (JsonNode)e)]));
        try
        {
            reconciler.Apply(spec, node);
        }
        catch (StaleGenerationException e)
        {
            log.SpecRefused(spec.Generation, e.Held);
            throw new JsonRpcException(LinkErrors.StaleGeneration, e.Message);
        }
    }

    private static async Task<T> AskBmcAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (BmcException e)
        {
            throw new JsonRpcException(LinkErrors.Bmc, e.Message);
        }
    }

    private static T Read<T>(JsonElement parameters, JsonTypeInfo<T> type)
    {
        try
        {
            return parameters.Deserialize(type) ?? throw new JsonException("null");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new JsonRpcException(JsonRpcErrors.InvalidParams, "Invalid parameters: " + e.Message);
        }
    }
}
