using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Contracts.Link;

namespace Lab.Agent.Dpu;

/// <summary>NIC half of the DPU: the virtio-net controller's hot-plug, as its command line offers it (virtnet).</summary>
public sealed class VirtnetClient(string socketPath, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan PlugTimeMax = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CallTimeMax = TimeSpan.FromSeconds(15);

    private readonly UnixRpc rpc = new(socketPath, time);

    public async Task<IReadOnlyList<ObservedNic>> ObserveAsync(CancellationToken token)
    {
        var listed = await rpc.CallAsync("list", new JsonObject(), CallTimeMax, token);
        return [.. listed.Field("devices").Items().Where(IsPluggable).Select(Nic)];
    }

    public async Task<ObservedNic> PlugAsync(PortSpec port, CancellationToken token) =>
        Nic(await rpc.CallAsync("hotplug", new JsonObject { ["mac"] = port.MacAddress, ["mtu"] = port.Mtu }, PlugTimeMax, token));

    public Task UnplugAsync(string vuid, CancellationToken token) =>
        rpc.CallAsync("unplug", new JsonObject { ["vuid"] = vuid }, PlugTimeMax, token);

    public ValueTask DisposeAsync() => rpc.DisposeAsync();

    /// <summary>Static functions of a real card are listed too; they have no representor of a hot-plugged one.</summary>
    private static bool IsPluggable(JsonElement device) =>
        device.Text("vuid") is not null && device.Text("mac") is not null && device.Text("sf_rep_net_device") is { Length: > 0 };

    private static ObservedNic Nic(JsonElement device) => new(
        device.Text("vuid") ?? throw new DpuException("virtnet answered without vuid"),
        (device.Text("mac") ?? "").ToLowerInvariant(),
        device.Text("sf_rep_net_device") ?? throw new DpuException("virtnet answered without sf_rep_net_device"),
        SnapClient.Address(device),
        device.Text("mechanism"),
        device.Flag("hotplugged") ?? true);
}
