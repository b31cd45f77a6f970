using System.Net;
using System.Net.Http;
using System.Security.Cryptography.X509Certificates;
using Lab.Contracts.Testbeds;
using Lab.Emulators.Host.Libvirtd;
using Lab.Harness.Cloud;
using Lab.Harness.Consoles;
using Lab.Harness.Pki;
using Lab.Harness.Tracing;
using Lab.Interop.Docker;
using Lab.Interop.Linux;

namespace Lab.Harness.Launch;

/// <summary>A testbed that runs: what scenarios hold. Disposing of it takes everything down.</summary>
/// <param name="held">Keeps other runs from this testbed until it is let go of.</param>
public sealed class RunningTestbed(
    Testbed description, TestbedPaths paths, DockerService docker, TestbedSecrets secrets, TimeProvider clock, IDisposable held) : IAsyncDisposable
{
    private readonly List<CloudClient> clients = [];
    private readonly Dictionary<string, NodeConsole> consoles = new(StringComparer.Ordinal);
    private NetworkNamespace? network;
    private StorageControl? storage;

    public Testbed Description => description;
    public TestbedPaths Paths => paths;
    public DockerService Docker => docker;
    public TestbedSecrets Secrets => secrets;
    public TimeProvider Clock => clock;
    public ControlPlane Plane { get; } = new(paths);

    /// <summary>Raw image file of the probe OS.</summary>
    public string ProbeImage { get; set; } = "";
    public string SocImage { get; set; } = "";
    public string Accelerator { get; set; } = "tcg";
    public SpanCollector? Spans { get; private set; }

    /// <summary>The testbed's own network namespace.</summary>
    public NetworkNamespace Network => network ??= NetworkNamespace.Open(paths.NetworkNamespacePath);

    /// <summary>Whether the cards carry volumes themselves; over NBD qemu-storage-daemon does.</summary>
    public bool CardsCarryVolumes => description.Storage[0].Protocol == StorageProtocols.NvmeTcp;

    public IReadOnlyList<EmulatedNode> Nodes { get; } = [.. description.Nodes.OfType<EmulatedNode>()];

    public CloudClient Admin => clients[0];

    /// <summary>Two tenants who know nothing of each other.</summary>
    public CloudClient Red => clients[1];
    public CloudClient Blue => clients[2];

    public SocShell Soc(string node) => new(docker.Client, paths.Container(node));

    public StorageControl Storage => storage ?? throw new LabException("the storage target was not started");

    /// <summary>Process of the host's QEMU.</summary>
    public int HostProcessId(string node) => new PrivateLibvirtd(paths.Node(node).Libvirt).DomainProcessId(node);

    /// <summary>Of the libvirtd that runs the node's host.</summary>
    public string LibvirtUri(string node) => new PrivateLibvirtd(paths.Node(node).Libvirt).Uri;

    public NodeAddresses AddressesOf(string node) => AddressPlan.Node(IndexOf(node));

    /// <inheritdoc cref="TestbedNetwork.SetManagementLinkAsync"/>
    public Task SetManagementLinkAsync(string node, bool isUp, CancellationToken token) =>
        new TestbedNetwork(paths).SetManagementLinkAsync(IndexOf(node), isUp, token);

    public void ConnectStorage(IssuedFiles files) => storage = new StorageControl(Network, files);

    public NodeConsole Console(string node) => consoles[node];

    /// <summary>Board serial number of an emulated DPU; the manager's name of its node.</summary>
    public static string SerialOf(string node) => "LAB-" + node.ToUpperInvariant();

    public string NodeOfSerial(string serial) => Nodes.First(n => SerialOf(n.Name) == serial).Name;

    /// <summary>Starts receiving spans; answers the environment that makes processes send them.</summary>
    public async Task<Dictionary<string, string>> CollectSpansAsync(CancellationToken token)
    {
        var endpoint = new IPEndPoint(AddressPlan.Harness, AddressPlan.OtlpPort);
        Spans = await SpanCollector.StartAsync(endpoint, Network.CreateListenSocket, token);
        return new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://{endpoint}",
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            // Spans are joined soon after they end.
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        };
    }

    /// <summary>Logs in as admin and as the two tenants; false while the manager does not answer.</summary>
    public async Task<bool> TryLogInAsync(CancellationToken token)
    {
        if (!File.Exists(Plane.ManagerAuthority))
            return false;
        foreach (var (user, password, project) in new[]
        {
            ("admin", secrets.AdminPassword, ControlPlane.AdminProject),
            ("red", secrets.RedPassword, ControlPlane.RedProject),
            ("blue", secrets.BluePassword, ControlPlane.BlueProject),
        }.Skip(clients.Count))
            clients.Add(await CloudClient.LogInAsync(CreateHandler(), ControlPlane.Identity, user, password, project, token));
        return true;
    }

    /// <summary>How many nodes enrolled and are ready to take an instance.</summary>
    public async Task<int> AvailableNodesAsync(CancellationToken token) => (await NodeStatesAsync(token)).Count(s => s == "available");

    /// <param name="state">Of Ironic's state machine.</param>
    public async Task<bool> AnyNodeInAsync(string state, CancellationToken token) => (await NodeStatesAsync(token)).Contains(state);

    public async Task ConnectConsolesAsync(CancellationToken token)
    {
        foreach (var (node, index) in Nodes.Select((n, i) => (n, i)))
            consoles[node.Name] = await NodeConsole.ConnectAsync(
                Network, AddressPlan.Node(index).Bmc, paths.Node(node.Name), secrets, clock, token);
    }

    /// <summary>An HTTP handler that connects inside the testbed and trusts its manager alone.</summary>
    public SocketsHttpHandler CreateHandler()
    {
        var authority = X509CertificateLoader.LoadCertificateFromFile(Plane.ManagerAuthority);
        return new SocketsHttpHandler
        {
            ConnectCallback = Network.ConnectAsync,
            SslOptions =
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) => TestbedAuthority.IsIssuedBy(authority, certificate),
            },
        };
    }

    /// <summary>Lets go of the testbed and leaves it running.</summary>
    public async Task DetachAsync()
    {
        await CloseAsync();
        Docker.Client.Dispose();
        held.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await new Leftovers(paths).RemoveAsync(docker, CancellationToken.None);
        await docker.DisposeAsync();
        held.Dispose();
    }

    private int IndexOf(string node) => Nodes.Index().First(n => n.Item.Name == node).Index;

    private async Task<List<string>> NodeStatesAsync(CancellationToken token)
    {
        var nodes = (await Admin.GetAsync("baremetal", "nodes/detail", token)).GetProperty("nodes");
        return [.. nodes.EnumerateArray().Select(n => n.GetProperty("provision_state").GetString()!)];
    }

    private async Task CloseAsync()
    {
        foreach (var console in consoles.Values)
            await console.DisposeAsync();
        foreach (var client in clients)
            client.Dispose();
        if (Spans is not null)
            await Spans.DisposeAsync();
        storage?.Dispose();
        network?.Dispose();
    }
}
