using Lab.Agent.Reconcile;
using Lab.Contracts.Link;

namespace Lab.Agent.Tests.Reconcile;

public sealed class SpecValidationTests
{
    public static TheoryData<string, NodeSpec> Bad => new()
    {
        { "generation", Specs.Idle(0) },
        { "volume is named twice", Specs.Idle() with { Volumes = [Specs.Volume(1), Specs.Volume(1)] } },
        { "boot index", Specs.Idle() with { Volumes = [Specs.Volume(1), Specs.Volume(2, 0)] } },
        { "multiple of 1000", Specs.Idle() with { Volumes = [Specs.Volume(1, 0, new VolumeQos(1500, 0))] } },
        { "absolute URL", Specs.Idle() with { Volumes = [Specs.Volume(1) with { Url = "export" }] } },
        { "subsystem-nqn", Specs.Idle() with { Volumes = [Specs.Volume(2) with { Url = "nvme-tcp://10.20.0.2:4420/" }] } },
        { "subsystem-nqn", Specs.Idle() with { Volumes = [Specs.Volume(2) with { Url = "nvme-tcp://target:4420/nqn.x" }] } },
        { "as whom to connect", Specs.Idle() with { Volumes = [Specs.Volume(2) with { Host = null }] } },
        { "no NQN", Specs.Idle() with { Volumes = [Specs.Volume(2) with { Host = new NvmeHost("nqn.x/../y") }] } },
        { "longer than", Specs.Idle() with { Volumes = [Specs.Volume(2) with { Host = new NvmeHost("nqn.x", new string('x', 129)) }] } },
        { "MAC", With(Specs.Port(1) with { MacAddress = "FA:16:3E:00:00:01" }) },
        { "MAC", With(Specs.Port(1) with { MacAddress = "fa:16:3e:00:00:01,actions=NORMAL" }) },
        { "MAC", With(Specs.Port(1) with { MacAddress = "01:00:5e:00:00:01" }) },
        { "same MAC", With(Specs.Port(1), Specs.Port(1) with { Id = Guid.Empty }) },
        { "vni", With(Specs.Port(1, 0)) },
        { "vni", With(Specs.Port(1, 1 << 24)) },
        { "mtu", With(Specs.Port(1) with { Mtu = 100 }) },
        { "no address", With(Specs.Port(1) with { Addresses = [new FixedAddress("192.168.1", "192.168.1.0/24")] }) },
        { "no address", With(Specs.Port(1) with { Addresses = [new FixedAddress("fe80::1%eth0", "fe80::/64")] }) },
        { "endpoint", With(Specs.Port(1, 100, new PortPeer("fa:16:3e:00:00:02", [], "10.30.0.12,in_port=1"))) },
        { "endpoint", With(Specs.Port(1, 100, new PortPeer("fa:16:3e:00:00:02", [], "fd00::1"))) },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Errors_OfABadSpec_NameTheFault(string fault, NodeSpec spec) =>
        Assert.Contains(SpecValidation.Errors(spec), e => e.Contains(fault, StringComparison.Ordinal));

    [Fact]
    public void Errors_OfGoodSpecs_AreNone()
    {
        var random = new Random(1);
        for (var generation = 1; generation < 50; generation++)
            Assert.Empty(SpecValidation.Errors(Specs.Any(random, generation)));
    }

    private static NodeSpec With(params PortSpec[] ports) => Specs.Idle() with { Ports = ports };
}
