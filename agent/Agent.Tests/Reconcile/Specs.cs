using Lab.Contracts.Link;

namespace Lab.Agent.Tests.Reconcile;

/// <summary>Specs for tests, by hand and at random.</summary>
internal static class Specs
{
    public static readonly Guid Node = Guid.Parse("00000000-0000-0000-0000-0000000000aa");

    public static Guid Id(int kind, int number) => Guid.Parse($"{kind:x8}-0000-4000-8000-{number:x12}");

    public static NodeSpec Idle(long generation = 1) => new() { Generation = generation, Power = PowerState.Off };

    public static NodeSpec Instance(int number, long generation = 1) => new()
    {
        Generation = generation,
        Power = PowerState.On,
        Volumes = [Volume(number, 0)],
        Ports = [Port(number)],
        Instance = Metadata(number),
    };

    public static NvmeHost Host { get; } = new("nqn.2014-08.org.nvmexpress:uuid:00000000-0000-0000-0000-0000000000aa", "DHHC-1:00:c2VjcmV0:");

    /// <summary>Those with an even number over NVMe/TCP, the others over NBD.</summary>
    public static VolumeSpec Volume(int number, int bootIndex = -1, VolumeQos? qos = null) => number % 2 == 0
        ? new(Id(1, number), $"nvme-tcp://10.20.0.2:4420/nqn.2026-11.org.example:export{number}", bootIndex, 1 << 30, Qos: qos, Host: Host)
        : OverNbd(new(Id(1, number), "", bootIndex, 1 << 30, Qos: qos));

    public static VolumeSpec OverNbd(VolumeSpec volume) => volume with { Url = $"nbd://10.20.0.2:10809/export{volume.Id}", Host = null };

    public static PortSpec Port(int number, int vni = 100, params PortPeer[] peers) => new()
    {
        Id = Id(2, number),
        NetworkId = Id(3, vni),
        MacAddress = $"fa:16:3e:00:00:{number:x2}",
        Mtu = 1450,
        Vni = vni,
        Addresses = [new FixedAddress($"192.168.1.{number}", "192.168.1.0/24", "192.168.1.254", ["9.9.9.9"])],
        Peers = peers,
    };

    public static InstanceMetadata Metadata(int number) => new() { Id = Id(4, number), Name = $"vm{number}", ProjectId = Id(5, 1) };

    public static NodeSpec Any(Random random, long generation)
    {
        if (random.Next(5) == 0)
            return Idle(generation);
        var instance = random.Next(3);
        var volumes = new List<VolumeSpec> { Volume(10 * instance, 0, Qos(random)) };
        volumes.AddRange(Enumerable.Range(1, 4).Where(_ => random.Next(2) == 0).Select(n => Volume((10 * instance) + n, -1, Qos(random))));
        return new NodeSpec
        {
            Generation = generation,
            Power = random.Next(4) == 0 ? PowerState.Off : PowerState.On,
            Volumes = volumes,
            Ports = [.. Enumerable.Range(1, 4).Where(_ => random.Next(2) == 0).Select(n => Port((10 * instance) + n, 100 + random.Next(2),
                new PortPeer("fa:16:3e:00:01:01", ["192.168.1.200"], "10.30.0.99")))],
            Instance = Metadata(instance),
        };
    }

    private static VolumeQos? Qos(Random random) => random.Next(3) == 0 ? new VolumeQos(1000 * random.Next(1, 4), 0) : null;
}
