using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Emulators.JsonRpc;
using Lab.Protocols.JsonRpc;

namespace Lab.Emulators.Dpu.Pcie;

/// <summary>Calls the PCIe service on its Unix socket; the service may be restarted at any time.</summary>
internal sealed class PcieServiceClient(JsonRpcUnixClient client, TimeProvider time) : IPcieService
{
    private static readonly TimeSpan PlugTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan UnplugTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ListTimeout = TimeSpan.FromSeconds(3);

    public Task Disconnected => client.Disconnected;

    public async Task<PcieSlot> PlugBlkAsync(string id, string socket, uint queues, CancellationToken token) =>
        ReadSlot(id, await CallAsync(
            "pcie_plug",
            new JsonObject { ["id"] = id, ["type"] = "virtio-blk", ["socket"] = socket, ["num_queues"] = queues },
            PlugTimeout,
            token));

    public async Task<PcieSlot> PlugNetAsync(string id, string mac, string tap, uint mtu, CancellationToken token) =>
        ReadSlot(id, await CallAsync(
            "pcie_plug",
            new JsonObject { ["id"] = id, ["type"] = "virtio-net", ["mac"] = mac, ["tap"] = tap, ["mtu"] = mtu },
            PlugTimeout,
            token));

    public async Task<string?> UnplugAsync(string id, CancellationToken token)
    {
        try
        {
            return Text(await CallAsync("pcie_unplug", new JsonObject { ["id"] = id }, UnplugTimeout, token), "mechanism");
        }
        catch (DpuException e) when (e.Error is Errno.NoDevice or Errno.NoEntry)
        {
            return null;
        }
    }

    public async Task<IReadOnlyList<PcieSlot>> ListAsync(CancellationToken token)
    {
        var list = await CallAsync("pcie_list", new JsonObject(), ListTimeout, token);
        if (list.ValueKind != JsonValueKind.Array)
            throw new DpuException(Errno.InputOutput, "pcie_list answered no array");
        return [.. list.EnumerateArray().Select(slot => ReadSlot(Text(slot, "id") ?? "", slot))];
    }

    private static PcieSlot ReadSlot(string id, JsonElement slot) =>
        new(id, Text(slot, "pci_bdf") ?? PcieSlot.NoBdf, Text(slot, "mechanism"));

    private static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private async Task<JsonElement> CallAsync(string method, JsonObject parameters, TimeSpan timeout, CancellationToken token)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, token);
        try
        {
            return await client.InvokeAsync(method, parameters, either.Token);
        }
        catch (JsonRpcException e)
        {
            throw new DpuException(e.Code is < 0 and > -4096 ? (Errno)(-e.Code) : Errno.InputOutput, e.Message, e);
        }
        catch (IOException e)
        {
            throw new DpuException(Errno.NotConnected, null, e) { IsInDoubt = true };
        }
        catch (OperationCanceledException e) when (!token.IsCancellationRequested)
        {
            throw new DpuException(Errno.TimedOut, null, e) { IsInDoubt = true };
        }
    }
}
