using System.Globalization;
using Lab.Harness.Processes;

namespace Lab.Harness.Launch;

/// <summary>
/// The testbed's networks, all inside a network namespace of its own: a management bridge, a fabric bridge, and a link from each SoC
/// to its BMC. The machine's own network is never touched.
/// </summary>
public sealed class TestbedNetwork(TestbedPaths paths)
{
    private const string ManagementBridge = "br-mgmt";
    private const string FabricBridge = "br-fabric";

    public async Task CreateAsync(IReadOnlyList<NodeAddresses> nodes, CancellationToken token)
    {
        await Tool.RunAsync("ip", ["netns", "add", paths.NetworkNamespace], token);
        var lines = new List<string>
        {
            "link set lo up",
            $"link add {ManagementBridge} type bridge stp_state 0 mcast_snooping 0",
            $"link set {ManagementBridge} up",
            $"link add {FabricBridge} type bridge stp_state 0 mcast_snooping 0",
            $"link set {FabricBridge} mtu {AddressPlan.FabricMtu} up",
            $"addr add {AddressPlan.Manager}/24 dev {ManagementBridge}",
            $"addr add {AddressPlan.Storage}/24 dev {ManagementBridge}",
            $"addr add {AddressPlan.Harness}/24 dev {ManagementBridge}",
        };
        lines.AddRange(nodes.Select(n => $"addr add {n.Bmc}/24 dev {ManagementBridge}"));
        await BatchAsync(["-n", paths.NetworkNamespace], lines, token);
    }

    /// <summary>Gives a SoC its management port, its uplink and its link to the BMC.</summary>
    /// <param name="processId">Of the SoC's first process, whose network namespace the devices move into.</param>
    public async Task ConnectSocAsync(int index, int processId, CancellationToken token)
    {
        var addresses = AddressPlan.Node(index);
        var pid = processId.ToString(CultureInfo.InvariantCulture);
        await BatchAsync(["-n", paths.NetworkNamespace],
        [
            $"link add mgmt{index} type veth peer name mgmt0 netns {pid}",
            $"link set mgmt{index} master {ManagementBridge} up",
            $"link add fabric{index} mtu {AddressPlan.FabricMtu} type veth peer name p0 mtu {AddressPlan.FabricMtu} netns {pid}",
            $"link set fabric{index} master {FabricBridge} up",
            $"link add bmc{index} type veth peer name bmc0 netns {pid}",
            $"addr add {addresses.SidebandBmc}/30 dev bmc{index}",
            $"link set bmc{index} up",
        ], token);
        var inside = new[] { "-t", pid, "-n" };
        await Tool.RunAsync("nsenter", [.. inside, "ip", "-batch", "-"], token, string.Join('\n',
        [
            "link set lo up",
            $"addr add {addresses.Management}/24 dev mgmt0",
            "link set mgmt0 up",
            "link set p0 up",
            $"addr add {addresses.SidebandSoc}/30 dev bmc0",
            "link set bmc0 up",
            "",
        ]));
        // Frames with unfinished checksums do not survive Open vSwitch's userspace datapath.
        await Tool.RunAsync("nsenter", [.. inside, "ethtool", "-K", "p0", "tx", "off"], token);
        await Tool.RunAsync("ip", ["netns", "exec", paths.NetworkNamespace, "ethtool", "-K", $"fabric{index}", "tx", "off"], token);
    }

    /// <summary>Takes a SoC's management link, which storage traffic takes too, down or up.</summary>
    public Task SetManagementLinkAsync(int index, bool isUp, CancellationToken token) =>
        BatchAsync(["-n", paths.NetworkNamespace], [$"link set mgmt{index} {(isUp ? "up" : "down")}"], token);

    private static Task BatchAsync(string[] options, IEnumerable<string> lines, CancellationToken token) =>
        Tool.RunAsync("ip", [.. options, "-batch", "-"], token, string.Join('\n', lines) + "\n");
}
