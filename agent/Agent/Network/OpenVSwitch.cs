using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Lab.Contracts.Link;

namespace Lab.Agent.Network;

/// <summary>
/// Open vSwitch of the SoC, by <c>ovs-vsctl</c> and <c>ovs-ofctl --bundle</c>. br-phy holds the uplink and the tunnel address; br-int
/// (fail_mode=secure, so that it forwards nothing without flows) holds one VXLAN port and the representors.
/// </summary>
public sealed partial class OpenVSwitch(CommandRunner commands, NetworkOptions options)
{
    private const string OpenFlow = "-OOpenFlow14";

    /// <summary>Seconds that ovs-vsctl waits for ovs-vswitchd to take a change over.</summary>
    private const string VsctlTimeout = "--timeout=10";

    public NetworkOptions Options => options;

    public async Task<ObservedNetwork> ObserveAsync(CancellationToken token)
    {
        var databaseTask = commands.RunAsync("ovs-vsctl",
            [VsctlTimeout, "--format=json",
                "--columns=name,ports,fail_mode,datapath_type", "list", "Bridge", "--",
                "--columns=_uuid,name", "list", "Port", "--",
                "--columns=name,type,ofport,admin_state,external_ids,mtu_request,options", "list", "Interface"], null, token);
        var guardedTask = GuardedDevicesAsync(token);
        var addressedTask = HasTunnelAddressAsync(token);

        var tables = OvsdbTable.ParseAll(await databaseTask);
        var guarded = await guardedTask;
        var addressed = await addressedTask;
        var bridges = tables[0].Rows.ToDictionary(r => r.Text("name"), StringComparer.Ordinal);
        var portNames = tables[1].Rows.ToDictionary(r => r.Uuid("_uuid"), r => r.Text("name"), StringComparer.Ordinal);
        var interfaces = tables[2].Rows.ToDictionary(r => r.Text("name"), StringComparer.Ordinal);

        if (!bridges.TryGetValue(NetworkOptions.IntegrationBridge, out var integration))
            return new ObservedNetwork(false, 0, [], null, 0);
        var onIntegration = integration.Uuids("ports").Select(u => portNames[u]).ToList();
        var tunnel = onIntegration.Contains(NetworkOptions.TunnelPort) && interfaces.TryGetValue(NetworkOptions.TunnelPort, out var t)
            && t.Map("options").GetValueOrDefault("local_ip") == options.TunnelAddress.ToString()
            ? t.Number("ofport") ?? 0 : 0;
        var (hash, count) = await FlowsAsync(token);
        var hasUplink = bridges.TryGetValue(NetworkOptions.PhysicalBridge, out var physical)
            && physical.Uuids("ports").Any(u => portNames[u] == options.Uplink)
            && interfaces[options.Uplink].Number("ofport") > 0;
        var ready = hasUplink && tunnel > 0 && addressed && guarded.Contains(options.Uplink)
            && integration.Text("fail_mode") == "secure" && integration.Text("datapath_type") == "netdev";
        var ports = onIntegration
            .Where(n => n is not (NetworkOptions.TunnelPort or NetworkOptions.IntegrationBridge))
            .Select(n => Port(n, interfaces[n], guarded));
        return new ObservedNetwork(ready, tunnel, [.. ports], hash, count);
    }

    /// <summary>Makes bridges, tunnel port and tunnel address, each where it is missing.</summary>
    public async Task EnsureBridgesAsync(CancellationToken token)
    {
        await GuardAsync(options.Uplink, token);
        await commands.RunAsync("ovs-vsctl",
            [VsctlTimeout, "--may-exist", "add-br", NetworkOptions.PhysicalBridge, "--",
                "set", "Bridge", NetworkOptions.PhysicalBridge, "datapath_type=netdev", "--",
                "--may-exist", "add-port", NetworkOptions.PhysicalBridge, options.Uplink, "--",
                "--may-exist", "add-br", NetworkOptions.IntegrationBridge, "--",
                "set", "Bridge", NetworkOptions.IntegrationBridge, "datapath_type=netdev", "fail_mode=secure",
                "other-config:disable-in-band=true", "--",
                "--may-exist", "add-port", NetworkOptions.IntegrationBridge, NetworkOptions.TunnelPort, "--",
                "set", "Interface", NetworkOptions.TunnelPort, "type=vxlan", "options:remote_ip=flow", "options:key=flow",
                $"options:local_ip={options.TunnelAddress}"], null, token);
        await commands.RunAsync("ip", ["link", "set", options.Uplink, "up"], null, token);
        await commands.RunAsync("ip", ["link", "set", NetworkOptions.PhysicalBridge, "up"], null, token);
        await commands.RunAsync("ip",
            ["addr", "replace", $"{options.TunnelAddress}/{options.TunnelPrefix}", "dev", NetworkOptions.PhysicalBridge], null, token);
    }

    /// <summary>Puts a representor on br-int. It carries traffic only once flows name it.</summary>
    public async Task AttachAsync(PortSpec port, string device, CancellationToken token)
    {
        await GuardAsync(device, token);
        // The SoC must not speak to the host on its own: no link-local address on the representor.
        await commands.RunAsync("ip", ["link", "set", "dev", device, "addrgenmode", "none"], null, token);
        await commands.RunAsync("ovs-vsctl",
            [VsctlTimeout, "--if-exists", "del-port", NetworkOptions.IntegrationBridge, device, "--",
                "add-port", NetworkOptions.IntegrationBridge, device, "--",
                "set", "Interface", device, $"mtu_request={port.Mtu}",
                $"external_ids:iface-id={port.Id:D}", $"external_ids:attached-mac=\"{FlowTable.Mac(port.MacAddress)}\"",
                "external_ids:iface-status=active", $"external_ids:node-uuid=\"{options.Serial}\""], null, token);
        await commands.RunAsync("ip", ["link", "set", "dev", device, "up"], null, token);
    }

    public Task DetachAsync(string device, CancellationToken token) =>
        commands.RunAsync("ovs-vsctl", [VsctlTimeout, "--if-exists", "del-port", NetworkOptions.IntegrationBridge, device], null, token);

    /// <summary>Replaces all flows of br-int in one atomic bundle (OpenFlow 1.4 §6.8), and finds the endpoints' MACs.</summary>
    public async Task ReplaceFlowsAsync(FlowSet flows, CancellationToken token)
    {
        await commands.RunAsync("ovs-ofctl", [OpenFlow, "--bundle", "replace-flows", NetworkOptions.IntegrationBridge, "-"],
            string.Join('\n', flows.Flows) + "\n", token);
        await FindNeighboursAsync(flows.Endpoints, token);
    }

    /// <summary>
    /// Open vSwitch drops what it sends to an endpoint whose MAC it does not know yet, and a guest repeats its first ARP request only
    /// after a second. The SoC asks by itself (ip-neighbour(8), use); Open vSwitch hears the answer on br-phy.
    /// </summary>
    private async Task FindNeighboursAsync(IReadOnlyList<IPAddress> endpoints, CancellationToken token)
    {
        if (endpoints.Count == 0)
            return;
        try
        {
            await commands.RunAsync("ip", ["-force", "-batch", "-"],
                string.Concat(endpoints.Select(e => $"neigh replace {e} dev {NetworkOptions.PhysicalBridge} use\n")), token);
        }
        catch (CommandException)
        {
            // Only the first packet is lost without it.
        }
    }

    private static ObservedPort Port(string name, OvsdbTable.Row row, HashSet<string> guarded)
    {
        var ids = row.Map("external_ids");
        return new ObservedPort(
            name,
            row.Number("ofport") ?? 0,
            Guid.TryParse(ids.GetValueOrDefault("iface-id"), out var id) ? id : null,
            ids.GetValueOrDefault("attached-mac"),
            row.Number("mtu_request") ?? 0,
            guarded.Contains(name),
            row.Text("admin_state") == "up");
    }

    private async Task<(ulong? Hash, int Count)> FlowsAsync(CancellationToken token)
    {
        string dump;
        try
        {
            dump = await commands.RunAsync("ovs-ofctl", [OpenFlow, "--no-stats", "dump-flows", NetworkOptions.IntegrationBridge], null, token);
        }
        catch (CommandException)
        {
            // ovs-vswitchd is away or has not made the bridge yet: no flow can be relied on.
            return (null, 0);
        }
        var lines = dump.Split('\n').Where(l => l.Contains("actions=", StringComparison.Ordinal)).ToList();
        var mark = lines.Select(l => HashFlow().Match(l)).FirstOrDefault(m => m.Success);
        return (mark is null ? null : ulong.Parse(mark.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture), lines.Count);
    }

    private async Task<bool> HasTunnelAddressAsync(CancellationToken token)
    {
        string text;
        try
        {
            text = await commands.RunAsync("ip", ["-j", "addr", "show", "dev", NetworkOptions.PhysicalBridge], null, token);
        }
        catch (CommandException)
        {
            return false;
        }
        using var devices = JsonDocument.Parse(text);
        return devices.RootElement.EnumerateArray().Any(d =>
            d.TryGetProperty("flags", out var flags) && flags.EnumerateArray().Any(f => f.GetString() == "UP")
            && d.TryGetProperty("addr_info", out var addresses) && addresses.EnumerateArray().Any(a =>
                a.GetProperty("local").GetString() == options.TunnelAddress.ToString()));
    }

    /// <summary>
    /// A device of a userspace bridge still feeds the kernel's own stack (Open vSwitch, "Open vSwitch without Kernel Support"), which
    /// would answer ARP for every address of the SoC. The netdev ingress hook comes after the packet socket that Open vSwitch reads.
    /// The chain has the device's name; it is made anew, because one whose device went and came back may hang in the air.
    /// </summary>
    private Task<string> GuardAsync(string device, CancellationToken token) =>
        commands.RunAsync("nft", ["-f", "-"],
            $"add table netdev {NetworkOptions.GuardTable}\n"
            + $"add chain netdev {NetworkOptions.GuardTable} {device}\n"
            + $"delete chain netdev {NetworkOptions.GuardTable} {device}\n"
            + $"add chain netdev {NetworkOptions.GuardTable} {device} {{ type filter hook ingress device \"{device}\" priority 0; policy drop; }}\n",
            token);

    private async Task<HashSet<string>> GuardedDevicesAsync(CancellationToken token)
    {
        using var document = JsonDocument.Parse(await commands.RunAsync("nft", ["-j", "list", "chains", "netdev"], null, token));
        return [.. document.RootElement.GetProperty("nftables").EnumerateArray()
            .Where(e => e.TryGetProperty("chain", out _))
            .Select(e => e.GetProperty("chain"))
            .Where(c => c.GetProperty("table").GetString() == NetworkOptions.GuardTable
                && c.TryGetProperty("policy", out var policy) && policy.GetString() == "drop")
            .Select(c => c.GetProperty("name").GetString()!)];
    }

    [GeneratedRegex(@"cookie=0x([0-9a-f]+),.*table=250,")]
    private static partial Regex HashFlow();
}
