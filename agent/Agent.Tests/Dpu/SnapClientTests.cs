using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Agent.Dpu;
using Lab.Agent.Tests.Reconcile;
using Lab.Protocols.JsonRpc;

namespace Lab.Agent.Tests.Dpu;

public sealed class SnapClientTests : IAsyncDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("agent-snap-").FullName;
    private readonly CancellationTokenSource stop = new();
    private Task serving = Task.CompletedTask;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string SocketPath => Path.Combine(directory, "spdk.sock");

    [Fact]
    public async Task Dpu_WithoutSnapMethods_IsRefusedByName()
    {
        Serve(new JsonRpcMethods().Add("rpc_get_methods", (_, _) => Task.FromResult<JsonNode?>(new JsonArray("vhost_create_blk_controller"))));
        await using var client = new SnapClient(SocketPath, new KeyFiles(directory), TimeProvider.System);
        var e = await Assert.ThrowsAsync<DpuException>(() => client.ObserveAsync([], Token));
        Assert.Contains("SNAP-4", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dpu_StartedAgain_IsConnectedByTheNextCall()
    {
        await using var client = new SnapClient(SocketPath, new KeyFiles(directory), TimeProvider.System);
        await Assert.ThrowsAsync<DpuException>(() => client.CreateFunctionAsync(Token));

        // This one closes the connection in the middle of the first two calls.
        var calls = 0;
        Serve(new JsonRpcMethods()
            .Add("rpc_get_methods", (_, _) => Task.FromResult<JsonNode?>(new JsonArray("virtio_blk_function_create")))
            .Add("virtio_blk_function_create", (_, _) => ++calls <= 2
                ? throw new OperationCanceledException()
                : Task.FromResult<JsonNode?>(new JsonObject { ["vuid"] = "V1" })), hangUpAfter: TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAsync<DpuException>(() => client.CreateFunctionAsync(Token));
        await Assert.ThrowsAsync<DpuException>(() => client.CreateFunctionAsync(Token));
        Assert.Equal("V1", await client.CreateFunctionAsync(Token));
    }

    [Fact]
    public async Task Lists_OfARealCard_KeepStaticFunctionsOut()
    {
        Serve(new JsonRpcMethods()
            .Add("rpc_get_methods", (_, _) => Task.FromResult<JsonNode?>(new JsonArray("virtio_blk_function_create")))
            .Add("bdev_get_bdevs", (_, _) => Json("""[{"name":"vol-1","assigned_rate_limits":{"rw_ios_per_sec":2000,"rw_mbytes_per_sec":0}}]"""))
            .Add("virtio_blk_controller_list", (_, _) => Json("""[{"ctrl_id":"c","vuid":"A","bdev":"none","pci_bdf":"00:00.0","hotplugged":false}]"""))
            .Add("emulation_function_list", (_, _) => Json("""
                [{"emulation_type":"VBLK","vuid":"A","pci_bdf":"00:00.0","ctrl_id":"c"},
                 {"emulation_type":"VBLK","vuid":"B","pci_bdf":"00:00.0"},
                 {"emulation_type":"VBLK","vuid":"STATIC","pci_bdf":"3b:00.2"},
                 {"emulation_type":"NVME","vuid":"N","pci_bdf":"00:00.0"}]
                """)));
        await using var client = new SnapClient(SocketPath, new KeyFiles(directory), TimeProvider.System);
        var dpu = await client.ObserveAsync([], Token);
        Assert.Equal(["B"], dpu.FreeFunctions);
        Assert.Equal(2000, dpu.Bdevs[0].Qos.IopsMax);
        Assert.Null(dpu.Controllers[0].PciAddress);
        await Assert.ThrowsAsync<DpuException>(() => client.ConnectVolumeAsync(Specs.Volume(1) with { Url = "iscsi://x" }, Token));
    }

    [Fact]
    public async Task Namespace_LeftFromAnAttemptThatWasCutShort_IsAttachedAnew()
    {
        var attached = true;
        var calls = new List<string>();
        Serve(new JsonRpcMethods()
            .Add("rpc_get_methods", (_, _) => Task.FromResult<JsonNode?>(new JsonArray("virtio_blk_function_create")))
            .Add("bdev_nvme_attach_controller", (p, _) =>
            {
                calls.Add("attach");
                Assert.False(p.TryGetProperty("dhchap_key", out JsonElement _));
                if (attached)
                    throw new JsonRpcException(-114, "already exists");
                attached = true;
                return Json($"[\"{p.GetProperty("name").GetString()}n1\"]");
            })
            .Add("bdev_nvme_detach_controller", (_, _) =>
            {
                calls.Add("detach");
                attached = false;
                return Json("true");
            }));
        await using var client = new SnapClient(SocketPath, new KeyFiles(directory), TimeProvider.System);

        await client.ConnectVolumeAsync(Specs.Volume(2) with { Host = Specs.Host with { DhchapSecret = null } }, Token);

        Assert.Equal(["attach", "detach", "attach"], calls);
    }

    [Fact]
    public async Task Subsystem_WithoutANamespace_IsAnErrorAndNotLeftAttached()
    {
        var attached = false;
        Serve(new JsonRpcMethods()
            .Add("rpc_get_methods", (_, _) => Task.FromResult<JsonNode?>(new JsonArray("virtio_blk_function_create")))
            .Add("keyring_get_keys", (_, _) => Json("[]"))
            .Add("keyring_file_add_key", (_, _) => Json("true"))
            .Add("bdev_nvme_attach_controller", (_, _) =>
            {
                attached = true;
                return Json("[]");
            })
            .Add("bdev_nvme_detach_controller", (_, _) =>
            {
                attached = false;
                return Json("true");
            }));
        await using var client = new SnapClient(SocketPath, new KeyFiles(directory), TimeProvider.System);

        var e = await Assert.ThrowsAsync<DpuException>(() => client.ConnectVolumeAsync(Specs.Volume(2), Token));

        Assert.Contains("no namespace", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Specs.Host.DhchapSecret!, e.Message, StringComparison.Ordinal);
        Assert.False(attached);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await serving;
        stop.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private static Task<JsonNode?> Json(string text) => Task.FromResult(JsonNode.Parse(text));

    private void Serve(JsonRpcMethods methods, TimeSpan? hangUpAfter = null)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        listener.Listen();
        serving = ServeAsync(listener, methods, hangUpAfter);
    }

    private async Task ServeAsync(Socket listener, JsonRpcMethods methods, TimeSpan? hangUpAfter)
    {
        using (listener)
        {
            var accepted = 0;
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    var socket = await listener.AcceptAsync(stop.Token);
                    using var end = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
                    if (++accepted <= 2 && hangUpAfter is { } span)
                        end.CancelAfter(span);
                    await using var peer = new JsonRpcPeer(new StreamJsonRpcChannel(new NetworkStream(socket, ownsSocket: true)), methods);
                    await peer.RunAsync(end.Token);
                }
                catch (OperationCanceledException)
                {
                    // Hung up, or the test is over.
                }
            }
        }
    }
}
