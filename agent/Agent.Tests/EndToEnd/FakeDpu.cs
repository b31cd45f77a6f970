using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Agent.Dpu;
using Lab.Agent.Reconcile;
using Lab.Agent.Tests.Network;
using Lab.Agent.Tests.Reconcile;
using Lab.Contracts.Link;
using Lab.Protocols.JsonRpc;

namespace Lab.Agent.Tests.EndToEnd;

/// <summary>The strict <see cref="ModelDpu"/> behind SNAP-4's and virtnet's sockets. A NIC's representor is a real device of the SoC.</summary>
public sealed class FakeDpu : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly SwitchNode node;
    private readonly List<Task> running = [];
    private readonly Dictionary<string, string> keys = [];

    public FakeDpu(string directory, SwitchNode node)
    {
        this.node = node;
        SpdkSocket = Path.Combine(directory, "spdk.sock");
        VirtnetSocket = Path.Combine(directory, "virtnet.sock");
        running.Add(ServeAsync(SpdkSocket, SpdkMethods()));
        running.Add(ServeAsync(VirtnetSocket, VirtnetMethods()));
    }

    public ModelDpu Model { get; } = new();
    public string SpdkSocket { get; }
    public string VirtnetSocket { get; }

    /// <summary>Names of the keys in the keyring.</summary>
    public IReadOnlyCollection<string> Keys => keys.Keys;

    /// <summary>Calls that change something, in order.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>Answers a call with an error instead of doing it.</summary>
    public Func<string, bool> Fails { get; set; } = _ => false;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(running);
        stop.Dispose();
        turn.Dispose();
    }

    private JsonRpcMethods SpdkMethods()
    {
        var methods = new JsonRpcMethods();
        methods.Add("rpc_get_methods", (_, _) => Task.FromResult<JsonNode?>(new JsonArray([.. methods.Names.Select(n => (JsonNode)n)])));
        methods.Add("bdev_get_bdevs", (_, _) => Task.FromResult<JsonNode?>(Array(Model.Observe().Dpu.Bdevs, b => new JsonObject
        {
            ["name"] = b.Name,
            ["assigned_rate_limits"] = new JsonObject { ["rw_ios_per_sec"] = b.Qos.IopsMax, ["rw_mbytes_per_sec"] = b.Qos.MegabytesPerSecondMax },
            ["driver_specific"] = b.FileName is null ? new JsonObject() : new JsonObject { ["aio"] = new JsonObject { ["filename"] = b.FileName } },
        })));
        methods.Add("virtio_blk_controller_list", (_, _) => Task.FromResult<JsonNode?>(Array(Model.Observe().Dpu.Controllers, c => new JsonObject
        {
            ["ctrl_id"] = c.Name, ["vuid"] = c.Vuid, ["bdev"] = c.Bdev, ["hotplugged"] = c.Hotplugged,
            ["pci_bdf"] = c.PciAddress ?? "00:00.0", ["mechanism"] = c.Mechanism,
        })));
        methods.Add("emulation_function_list", (_, _) => Task.FromResult<JsonNode?>(Array(Model.Observe().Dpu.FreeFunctions, f => new JsonObject
        {
            ["emulation_type"] = "VBLK", ["vuid"] = f, ["pci_bdf"] = "00:00.0", ["hotplugged"] = false,
        })));
        Act(methods, "bdev_nbd_create", p => new ConnectVolume(Specs.Volume(1) with { Id = DpuNames.VolumeOfBdev(Name(p))!.Value }));
        methods.Add("keyring_get_keys", (_, _) => Task.FromResult<JsonNode?>(Array(keys, key => new JsonObject { ["name"] = key.Key, ["path"] = key.Value })));
        methods.Add("keyring_file_add_key", (p, _) => Task.FromResult<JsonNode?>(keys.TryAdd(Name(p), p.GetProperty("path").GetString()!) ? true : throw Refused(-17)));
        methods.Add("keyring_file_remove_key", (p, _) => Task.FromResult<JsonNode?>(keys.Remove(Name(p)) ? true : throw Refused(-2)));
        methods.Add("bdev_nvme_attach_controller", async (p, token) =>
        {
            // As SPDK does: a key is the name of one in the keyring, and its file is for its owner alone.
            var file = keys.GetValueOrDefault(p.GetProperty("dhchap_key").GetString()!) ?? throw Refused(-126);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            Assert.Equal(Specs.Host.DhchapSecret, await File.ReadAllTextAsync(file, token));
            Assert.Equal(Specs.Host.Nqn, p.GetProperty("hostnqn").GetString());
            var volume = Specs.Volume(0) with { Id = DpuNames.VolumeOfBdev(Name(p))!.Value };
            await DoAsync("bdev_nvme_attach_controller", new ConnectVolume(volume), token);
            return new JsonArray(DpuNames.VolumeBdev(volume));
        });
        Act(methods, "bdev_nvme_detach_controller", p => new DeleteBdev(Subject.Function, Name(p) + "n1"));
        Act(methods, "bdev_aio_create", p =>
        {
            Assert.True(File.Exists(p.GetProperty("filename").GetString()));
            return new MakeConfigDrive(Guid.Empty, Name(p), p.GetProperty("filename").GetString()!);
        });
        Act(methods, "bdev_nbd_delete", p => new DeleteBdev(Subject.Function, Name(p)));
        Act(methods, "bdev_aio_delete", p => new DeleteBdev(Subject.Function, Name(p)));
        Act(methods, "bdev_set_qos_limit", p => new SetVolumeQos(Guid.Empty, Name(p),
            new VolumeQos(p.GetProperty("rw_ios_per_sec").GetInt64(), p.GetProperty("rw_mbytes_per_sec").GetInt64())));
        Act(methods, "virtio_blk_function_create", _ => new CreateFunction(Subject.Function),
            () => new JsonObject { ["vuid"] = Model.Observe().Dpu.FreeFunctions[^1] });
        Act(methods, "virtio_blk_controller_create", p => new CreateController(Subject.Function, p.GetProperty("ctrl").GetString()!,
            p.GetProperty("vuid").GetString(), p.GetProperty("bdev").GetString()!, p.GetProperty("vblk_id").GetString()!, false));
        Act(methods, "virtio_blk_controller_hotplug", p => new Hotplug(Subject.Function, Waiting(p)));
        Act(methods, "virtio_blk_controller_hotunplug", p => new Hotunplug(Subject.Function, Waiting(p)));
        Act(methods, "virtio_blk_controller_destroy", p => new DestroyController(Subject.Function, p.GetProperty("ctrl").GetString()!));
        Act(methods, "virtio_blk_function_destroy", p => new DestroyFunction(Subject.Function, p.GetProperty("vuid").GetString()!));
        return methods;
    }

    private JsonRpcMethods VirtnetMethods() => new JsonRpcMethods()
        .Add("list", (_, _) => Task.FromResult<JsonNode?>(new JsonObject { ["devices"] = Array(Model.Observe().Dpu.Nics, Nic) }))
        .Add("hotplug", async (p, _) =>
        {
            // What was begun is finished, whether or not the one who asked is still there.
            var token = stop.Token;
            var port = Specs.Port(0) with { MacAddress = p.GetProperty("mac").GetString()! };
            await DoAsync("hotplug", new PlugNic(port), token);
            var nic = Model.Observe().Dpu.Nics.Single(n => n.MacAddress == port.MacAddress);
            await node.RunAsync($"ip tuntap add {nic.Representor} mode tap", token);
            return Nic(nic);
        })
        .Add("unplug", async (p, _) =>
        {
            var token = stop.Token;
            var nic = Model.Observe().Dpu.Nics.Single(n => n.Vuid == p.GetProperty("vuid").GetString());
            await DoAsync("unplug", new UnplugNic(Guid.Empty, nic.Vuid), token);
            await node.RunAsync($"ip tuntap del {nic.Representor} mode tap", token);
            return true;
        });

    private void Act(JsonRpcMethods methods, string name, Func<JsonElement, AgentAction> action, Func<JsonNode>? result = null) =>
        methods.Add(name, async (parameters, token) =>
        {
            await DoAsync(name, action(parameters), token);
            return result?.Invoke() ?? true;
        });

    private async Task DoAsync(string name, AgentAction action, CancellationToken token)
    {
        await turn.WaitAsync(token);
        try
        {
            Calls.Add(name);
            if (Fails(name))
                throw new JsonRpcException(-5, "Input/output error");
            Model.Do(action);
        }
        catch (WrongOrderException e)
        {
            throw new JsonRpcException(-22, e.Message);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task ServeAsync(string path, JsonRpcMethods methods)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        List<Task> peers = [];
        try
        {
            while (true)
                peers.Add(ServeOneAsync(await listener.AcceptAsync(stop.Token), methods));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(peers);
        }
    }

    private async Task ServeOneAsync(Socket socket, JsonRpcMethods methods)
    {
        await using var peer = new JsonRpcPeer(new StreamJsonRpcChannel(new NetworkStream(socket, ownsSocket: true)), methods);
        try
        {
            await peer.RunAsync(stop.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The agent left, or the test is over.
        }
    }

    private static JsonObject Nic(ObservedNic nic) => new()
    {
        ["bdf"] = nic.PciAddress, ["vuid"] = nic.Vuid, ["mac"] = nic.MacAddress, ["sf_rep_net_device"] = nic.Representor,
        ["mechanism"] = nic.Mechanism, ["hotplugged"] = true,
    };

    private static JsonArray Array<T>(IEnumerable<T> items, Func<T, JsonNode> item) => new([.. items.Select(item)]);

    private static JsonRpcException Refused(int errno) => new(errno, "refused");

    private static string Name(JsonElement parameters) => parameters.GetProperty("name").GetString()!;

    private static string Waiting(JsonElement parameters)
    {
        Assert.True(parameters.GetProperty("wait_for_done").GetBoolean());
        return parameters.GetProperty("ctrl").GetString()!;
    }
}
