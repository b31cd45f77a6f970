using Lab.Agent.Tests.Reconcile;
using Lab.Contracts.Link;

namespace Lab.Agent.Tests.Network;

/// <summary>
/// Two DPUs on one fabric. Tenant 1 (VNI 100): hosts 1 and 3 behind A, 2 behind B. Tenant 2 (VNI 200): one host behind each, in the same
/// subnet and with addresses that tenant 1 has too.
/// </summary>
public sealed class TwoDpus : IAsyncLifetime
{
    private const string EndpointA = "10.30.0.11";
    private const string EndpointB = "10.30.0.12";
    private readonly string fabric = Tool.Unique("f");

    public SwitchNode A { get; private set; } = null!;
    public SwitchNode B { get; private set; } = null!;
    public string Host1 { get; private set; } = "";
    public string Host2 { get; private set; } = "";
    public string Host3 { get; private set; } = "";
    public string Other1 { get; private set; } = "";
    public string Other2 { get; private set; } = "";

    public static string Mac(int number) => Specs.Port(number).MacAddress;
    public static string Ip(int number) => Specs.Port(number).Addresses[0].IpAddress;

    /// <summary>Tenant 2's addresses are tenant 1's.</summary>
    public static NodeSpec SpecA { get; } = Spec(
        Specs.Port(1, 100, Peer(3, EndpointA), Peer(2, EndpointB)), Specs.Port(3, 100, Peer(1, EndpointA), Peer(2, EndpointB)),
        Specs.Port(11, 200, Peer(12, EndpointB)) with { Addresses = Specs.Port(1).Addresses });

    public static NodeSpec SpecB { get; } = Spec(
        Specs.Port(2, 100, Peer(1, EndpointA), Peer(3, EndpointA)),
        Specs.Port(12, 200, Peer(11, EndpointA)) with { Addresses = Specs.Port(2).Addresses });

    public async ValueTask InitializeAsync()
    {
        var token = TestContext.Current.CancellationToken;
        await Tool.Here.RunAsync($"ip netns add {fabric}", token);
        await Tool.Here.RunAsync($"ip -n {fabric} link add name fabric0 type bridge", token);
        await Tool.Here.RunAsync($"ip -n {fabric} link set fabric0 up", token);
        A = await SwitchNode.StartAsync("a", EndpointA, fabric, token);
        B = await SwitchNode.StartAsync("b", EndpointB, fabric, token);
        Host1 = await A.AddHostAsync(SpecA.Ports[0], token);
        Host3 = await A.AddHostAsync(SpecA.Ports[1], token);
        Other1 = await A.AddHostAsync(SpecA.Ports[2], token);
        Host2 = await B.AddHostAsync(SpecB.Ports[0], token);
        Other2 = await B.AddHostAsync(SpecB.Ports[1], token);
        await A.ReconcileAsync(SpecA, token);
        await B.ReconcileAsync(SpecB, token);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in new[] { A, B }.OfType<SwitchNode>())
            await node.DisposeAsync();
        await Tool.Here.RunAsync($"ip netns del {fabric}", CancellationToken.None);
    }

    /// <summary>Sends frames as they are from a host's NIC.</summary>
    public static Task SendAsync(string host, IEnumerable<string> frames, CancellationToken token) =>
        Tool.In(host).RunAsync("python3", ["-c",
            "import socket,sys\ns=socket.socket(socket.AF_PACKET,socket.SOCK_RAW);s.bind(('eth0',0))\nfor f in sys.argv[1:]: s.send(bytes.fromhex(f))",
            .. frames], null, token);

    private static NodeSpec Spec(params PortSpec[] ports) => new() { Generation = 1, Power = PowerState.Off, Ports = ports };

    private static PortPeer Peer(int number, string endpoint) => new(Mac(number), [], endpoint);
}
