using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Lab.Emulators.JsonRpc;
using Lab.Protocols.JsonRpc;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lab.Emulators.Dpu.Tests.Card;

/// <summary>A host's PCIe service on a socket: slots are a dictionary, a guest may be told to hold on.</summary>
internal sealed class FakePcieServer : IAsyncDisposable
{
    private readonly string path;
    private JsonRpcUnixServer server;
    private int lastSlot;

    public FakePcieServer(string path)
    {
        this.path = path;
        server = Start();
    }

    public ConcurrentDictionary<string, JsonObject> Slots { get; } = new();

    /// <summary>What pcie_plug is asked, in order.</summary>
    public ConcurrentQueue<JsonObject> Plugs { get; } = new();

    /// <summary>Code that the next unplug is answered with.</summary>
    public int UnplugError { get; set; }

    public int PlugError { get; set; }

    /// <summary>Completed when unplugs may end.</summary>
    public TaskCompletionSource? Hold { get; set; }

    /// <summary>Drops all connections and serves again after <paramref name="meanwhile"/>; the slots stay.</summary>
    public async Task RestartAsync(Func<Task>? meanwhile = null)
    {
        await server.DisposeAsync();
        if (meanwhile is not null)
            await meanwhile();
        server = Start();
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private JsonRpcUnixServer Start() => JsonRpcUnixServer.Start(
        path,
        new JsonRpcMethods()
            .Add("pcie_plug", (p, _) =>
            {
                if (PlugError != 0)
                    throw new JsonRpcException(PlugError, "refused");
                var request = JsonNode.Parse(p.GetRawText())!.AsObject();
                Plugs.Enqueue(request);
                var slot = Slots.GetOrAdd((string)request["id"]!, id => new JsonObject
                {
                    ["id"] = id,
                    ["type"] = (string?)request["type"],
                    ["slot"] = ++lastSlot,
                    ["pci_bdf"] = $"{lastSlot:00}:00.0",
                    ["state"] = "plugged",
                    ["mechanism"] = "pciehp",
                });
                return Task.FromResult<JsonNode?>(slot.DeepClone());
            })
            .Add("pcie_unplug", async (p, token) =>
            {
                if (Hold is { } hold)
                    await hold.Task.WaitAsync(token);
                if (UnplugError != 0)
                    throw new JsonRpcException(UnplugError, "Connection timed out");
                if (!Slots.TryRemove(p.GetProperty("id").GetString()!, out _))
                    throw new JsonRpcException(-19, "No such device");
                return new JsonObject { ["mechanism"] = "pciehp" };
            })
            .Add("pcie_list", (_, _) => Task.FromResult<JsonNode?>(new JsonArray([.. Slots.Values.Select(s => s.DeepClone())]))),
        NullLogger.Instance);
}
