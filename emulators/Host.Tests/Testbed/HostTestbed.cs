using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Lab.Interop.Libvirt;
using Lab.Protocols.JsonRpc;

namespace Lab.Emulators.Host.Tests.Testbed;

/// <summary>
/// A host emulator as a process of its own, with a private libvirtd in a network namespace of its own. What it makes is gone at
/// the end.
/// </summary>
public sealed class HostTestbed : IAsyncDisposable
{
    public const string DomainName = "hostbmc-t";
    public static readonly TimeSpan BootTime = TimeSpan.FromSeconds(60);

    private readonly TestDirectory directory = new();
    private readonly Dictionary<string, BlockBackend> backends = [];
    private RunningProcess? emulator;

    public string NetworkNamespace { get; } = $"hostbmc-{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..6]}";
    public RunningLibvirtd Libvirtd { get; private set; } = null!;
    public SerialConsole Console { get; private set; } = null!;
    public RunningProcess Emulator => emulator!;
    public string VhostDirectory => directory["vhost"];
    public string PcieSocket => directory["pcie.sock"];

    public string this[string file] => directory[file];

    public static async Task<HostTestbed> StartAsync(CancellationToken token)
    {
        var bed = new HostTestbed();
        try
        {
            await RunningProcess.RunAsync(["ip", "netns", "add", bed.NetworkNamespace], token);
            Directory.CreateDirectory(bed.VhostDirectory);
            bed.Libvirtd = await RunningLibvirtd.StartAsync(bed.directory["libvirt"], "/run/netns/" + bed.NetworkNamespace, token);
            bed.Console = new SerialConsole(bed.directory["console.sock"]);
            await bed.StartEmulatorAsync(token);
            return bed;
        }
        catch
        {
            await bed.DisposeAsync();
            throw;
        }
    }

    public async Task StartEmulatorAsync(CancellationToken token)
    {
        emulator = RunningProcess.Start([
            "dotnet", typeof(HostEmulator).Assembly.Location,
            "--libvirt", Libvirtd.Uri, "--name", DomainName, "--pcie-socket", PcieSocket, "--vhost-dir", VhostDirectory,
            "--console-socket", directory["console.sock"], "--state-dir", directory["state"],
        ]);
        await emulator.WaitForOutputAsync("PCIe service listens", TimeSpan.FromSeconds(30), token);
    }

    /// <summary>A back end on the vhost directory's socket <paramref name="name"/>.</summary>
    public async Task AddDiskAsync(string name, string? image, CancellationToken token)
    {
        var file = directory[name + ".img"];
        if (image is null)
        {
            await using var made = File.Create(file);
            made.SetLength(16 * 1024 * 1024);
        }
        await StartDiskAsync(name, image ?? file, writable: image is null, token);
    }

    /// <summary>Kills a disk's back end and starts it again.</summary>
    public async Task RestartDiskAsync(string name, CancellationToken token)
    {
        await backends[name].DisposeAsync();
        File.Delete(Path.Combine(VhostDirectory, name));
        await StartDiskAsync(name, directory[name + ".img"], writable: true, token);
    }

    /// <summary>Takes a function out of the host's definition, behind the emulator's back.</summary>
    public void Forget(string id) => WithDomain(domain =>
    {
        var definition = XElement.Parse(domain.GetXml(LibvirtXmlFlags.Inactive));
        definition.Descendants("alias").Single(alias => (string?)alias.Attribute("name") == "ua-" + id).Parent!.Remove();
        using var connection = LibvirtConnection.Open(Libvirtd.Uri);
        connection.DefineDomain(definition.ToString()).Dispose();
        return true;
    });

    public Task AddTapAsync(string name, CancellationToken token) =>
        RunningProcess.RunAsync(["ip", "-n", NetworkNamespace, "tuntap", "add", "dev", name, "mode", "tap"], token);

    public T WithDomain<T>(Func<LibvirtDomain, T> work)
    {
        using var connection = LibvirtConnection.Open(Libvirtd.Uri);
        using var domain = connection.LookupDomain(DomainName);
        return work(domain);
    }

    public void PowerOn() => WithDomain(domain =>
    {
        domain.Create();
        return true;
    });

    public void PowerOff() => WithDomain(domain =>
    {
        domain.Destroy();
        return true;
    });

    /// <summary>One call of the PCIe service on a connection of its own.</summary>
    public async Task<JsonElement> CallAsync(string method, JsonObject? parameters, CancellationToken token)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(PcieSocket), token);
        await using var peer = new JsonRpcPeer(new StreamJsonRpcChannel(new NetworkStream(socket, ownsSocket: true)));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        var running = peer.RunAsync(stop.Token);
        try
        {
            return await peer.InvokeAsync(method, parameters, token);
        }
        finally
        {
            await stop.CancelAsync();
            await running.ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    public Task<JsonElement> PlugDiskAsync(string id, CancellationToken token) =>
        CallAsync("pcie_plug", new JsonObject { ["id"] = id, ["type"] = "virtio-blk", ["socket"] = id, ["num_queues"] = 1 }, token);

    public Task<JsonElement> PlugNicAsync(string id, string tap, CancellationToken token) => CallAsync(
        "pcie_plug",
        new JsonObject { ["id"] = id, ["type"] = "virtio-net", ["mac"] = "02:00:00:00:00:01", ["tap"] = tap, ["mtu"] = 1450 },
        token);

    public Task<JsonElement> UnplugAsync(string id, CancellationToken token) => CallAsync("pcie_unplug", new JsonObject { ["id"] = id }, token);

    public async Task<IReadOnlyList<JsonElement>> ListAsync(CancellationToken token) =>
        [.. (await CallAsync("pcie_list", null, token)).EnumerateArray()];

    private async Task StartDiskAsync(string name, string file, bool writable, CancellationToken token) =>
        backends[name] = await BlockBackend.StartAsync(file, Path.Combine(VhostDirectory, name), writable, token);

    public async ValueTask DisposeAsync()
    {
        if (emulator is not null)
            await emulator.DisposeAsync();
        if (Libvirtd is not null)
            await Libvirtd.DisposeAsync();
        foreach (var backend in backends.Values)
            await backend.DisposeAsync();
        if (Console is not null)
            await Console.DisposeAsync();
        await RunningProcess.RunAsync(["ip", "netns", "del", NetworkNamespace], CancellationToken.None);
        directory.Dispose();
    }
}
