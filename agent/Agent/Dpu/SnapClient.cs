using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Contracts.Link;

namespace Lab.Agent.Dpu;

/// <summary>
/// Block half of the DPU: SPDK's bdev methods and SNAP-4's virtio-blk methods on one socket. SNAP-4 keeps the order function →
/// controller → hot-plug and back. Whether a thing exists already is found by listing, never by the text of an error.
/// </summary>
public sealed class SnapClient(string socketPath, KeyFiles keys, TimeProvider time) : IAsyncDisposable
{
    /// <summary>The DPU waits 10 s for the host to let a function go; its answer comes after that.</summary>
    private static readonly TimeSpan PlugTimeMax = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CallTimeMax = TimeSpan.FromSeconds(15);

    /// <summary>What SNAP-4 alone has.</summary>
    private const string DialectProbe = "virtio_blk_function_create";
    private const string NotPlugged = "00:00.0";
    private const int NumQueues = 1;

    private readonly UnixRpc rpc = new(socketPath, time) { Connected = CheckDialectAsync };

    /// <summary>Lists bdevs, controllers and free functions; <paramref name="nics"/> comes from the other half.</summary>
    public async Task<ObservedDpu> ObserveAsync(IReadOnlyList<ObservedNic> nics, CancellationToken token)
    {
        var bdevs = await CallAsync("bdev_get_bdevs", null, token);
        var controllers = await CallAsync("virtio_blk_controller_list", new JsonObject(), token);
        var functions = await CallAsync("emulation_function_list", new JsonObject { ["all"] = true }, token);
        var listed = ((JsonElement?)controllers).Items().Select(Controller).ToList();
        var used = listed.Select(c => c.Vuid).ToHashSet(StringComparer.Ordinal);
        return new ObservedDpu(
            [.. ((JsonElement?)bdevs).Items().Select(Bdev)],
            listed,
            [.. ((JsonElement?)functions).Items().Where(f => IsFree(f, used)).Select(f => f.Text("vuid")!)],
            nics);
    }

    public async Task ConnectVolumeAsync(VolumeSpec volume, CancellationToken token)
    {
        if (NvmeTcpUrl.TryParse(volume.Url) is { } nvme)
            await Nvme.ConnectAsync(volume.Id, nvme, volume.Host ?? throw new DpuException($"volume {volume.Id}: no host NQN to connect as"), token);
        else if (Uri.TryCreate(volume.Url, UriKind.Absolute, out var url) && url.Scheme == "nbd")
            await CallAsync("bdev_nbd_create", new JsonObject { ["name"] = DpuNames.VolumeBdev(volume), ["url"] = volume.Url }, token);
        else
            throw new DpuException($"volume {volume.Id}: no way to connect {volume.Url}: this DPU takes nvme-tcp://address:port/nqn and nbd://host:port/export");
    }

    public Task CreateAioAsync(string name, string fileName, CancellationToken token) =>
        CallAsync("bdev_aio_create", new JsonObject { ["name"] = name, ["filename"] = fileName, ["block_size"] = 512 }, token);

    public Task DeleteBdevAsync(string name, CancellationToken token) =>
        DpuNames.VolumeOfNamespace(name) is { } volume ? Nvme.DisconnectAsync(volume, token)
        : CallAsync(DpuNames.InstanceOfConfigDrive(name) is null ? "bdev_nbd_delete" : "bdev_aio_delete", new JsonObject { ["name"] = name }, token);

    public Task SetQosAsync(string bdev, VolumeQos qos, CancellationToken token) =>
        CallAsync("bdev_set_qos_limit", new JsonObject
        {
            ["name"] = bdev,
            ["rw_ios_per_sec"] = qos.IopsMax,
            ["rw_mbytes_per_sec"] = qos.MegabytesPerSecondMax,
        }, token);

    /// <returns>The new function's VUID.</returns>
    public async Task<string> CreateFunctionAsync(CancellationToken token) =>
        (await CallAsync("virtio_blk_function_create", new JsonObject(), token)).Text("vuid")
            ?? throw new DpuException("virtio_blk_function_create answered without vuid");

    public Task CreateControllerAsync(string name, string vuid, string bdev, string serial, bool readOnly, CancellationToken token) =>
        CallAsync("virtio_blk_controller_create", new JsonObject
        {
            ["ctrl"] = name,
            ["vuid"] = vuid,
            ["bdev"] = bdev,
            ["vblk_id"] = serial,
            ["num_queues"] = NumQueues,
            ["read_only"] = readOnly,
        }, token);

    public Task HotplugAsync(string controller, CancellationToken token) =>
        rpc.CallAsync("virtio_blk_controller_hotplug", Waiting(controller), PlugTimeMax, token);

    public Task HotunplugAsync(string controller, CancellationToken token) =>
        rpc.CallAsync("virtio_blk_controller_hotunplug", Waiting(controller), PlugTimeMax, token);

    public Task DestroyControllerAsync(string name, CancellationToken token) =>
        CallAsync("virtio_blk_controller_destroy", new JsonObject { ["ctrl"] = name }, token);

    public Task DestroyFunctionAsync(string vuid, CancellationToken token) =>
        CallAsync("virtio_blk_function_destroy", new JsonObject { ["vuid"] = vuid }, token);

    public ValueTask DisposeAsync() => rpc.DisposeAsync();

    private NvmeVolumes Nvme => new(keys, CallAsync);

    private Task<JsonElement> CallAsync(string method, JsonNode? parameters, CancellationToken token) =>
        rpc.CallAsync(method, parameters, CallTimeMax, token);

    private static JsonObject Waiting(string controller) => new() { ["ctrl"] = controller, ["wait_for_done"] = true };

    private static async Task CheckDialectAsync(Func<string, JsonNode?, CancellationToken, Task<JsonElement>> call, CancellationToken token)
    {
        var methods = await call("rpc_get_methods", null, token);
        if (!((JsonElement?)methods).Items().Any(m => m.ValueKind == JsonValueKind.String && m.GetString() == DialectProbe))
            throw new DpuException($"the DPU speaks no dialect that this agent knows (SNAP-4): its rpc_get_methods has no {DialectProbe}");
    }

    private static ObservedBdev Bdev(JsonElement bdev)
    {
        var limits = bdev.Field("assigned_rate_limits") ?? default;
        var file = ((bdev.Field("driver_specific") ?? default).Field("aio") ?? default).Text("filename");
        return new ObservedBdev(bdev.Text("name") ?? "", file,
            new VolumeQos(limits.Number("rw_ios_per_sec"), limits.Number("rw_mbytes_per_sec")));
    }

    private static ObservedController Controller(JsonElement controller)
    {
        var address = Address(controller);
        return new ObservedController(
            controller.Text("ctrl_id") ?? "", controller.Text("vuid") ?? "", controller.Text("bdev") ?? "",
            controller.Flag("hotplugged") ?? address is not null, address, controller.Text("mechanism"));
    }

    /// <summary>A static function of a real card has an address and is nobody's to take.</summary>
    private static bool IsFree(JsonElement function, HashSet<string> used) =>
        function.Text("emulation_type") == "VBLK" && function.Text("ctrl_id") is null && Address(function) is null
        && function.Text("vuid") is { } vuid && !used.Contains(vuid);

    internal static string? Address(JsonElement element)
    {
        var address = element.Text("pci_bdf") ?? element.Text("bdf");
        return address is null or "" or NotPlugged or "0000:00:00.0" ? null : address;
    }
}
