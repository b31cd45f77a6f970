using System.Diagnostics;
using System.Net;
using Lab.Agent.Compute;
using Lab.Agent.ConfigDrive;
using Lab.Agent.Dpu;
using Lab.Agent.Network;
using Lab.Agent.Reconcile;
using Lab.Contracts.Link;

namespace Lab.Agent.Tests.Network;

/// <summary>A DPU's network half: a namespace with its own ovsdb-server and ovs-vswitchd (netdev datapath) and hosts on veths.</summary>
public sealed class SwitchNode : IAsyncDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("agent-ovs-").FullName;
    private readonly List<ObservedNic> nics = [];
    private readonly List<string> hosts = [];
    private Process? database;
    private Process? daemon;

    private SwitchNode(string name, IPAddress tunnelAddress)
    {
        Namespace = Tool.Unique(name);
        Address = tunnelAddress;
        Switch = new OpenVSwitch(Commands, new NetworkOptions
        {
            Uplink = "p0",
            TunnelAddress = tunnelAddress,
            TunnelPrefix = 24,
            Serial = "TEST-" + name,
        });
    }

    public string Namespace { get; }
    public IPAddress Address { get; }
    public OpenVSwitch Switch { get; }

    /// <summary>Runs the SoC's tools.</summary>
    public CommandRunner Commands => Tool.In(Namespace, directory);

    public static async Task<SwitchNode> StartAsync(string name, string tunnelAddress, string fabric, CancellationToken token)
    {
        var node = new SwitchNode(name, IPAddress.Parse(tunnelAddress));
        try
        {
            await node.StartAsync(name, fabric, token);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    private async Task StartAsync(string name, string fabric, CancellationToken token)
    {
        await Tool.Here.RunAsync($"ip netns add {Namespace}", token);
        await RunAsync("ip link set lo up", token);
        await Tool.Here.RunAsync($"ip -n {Namespace} link add p0 type veth peer name {name}p netns {fabric}", token);
        await Tool.Here.RunAsync($"ip -n {fabric} link set {name}p master fabric0 up", token);
        await RunAsync("ethtool -K p0 tx off", token);
        await Tool.Here.RunAsync($"ovsdb-tool create {directory}/conf.db /usr/share/openvswitch/vswitch.ovsschema", token);
        database = Start("ovsdb-server", $"--remote=punix:{directory}/db.sock", "-vconsole:off", $"{directory}/conf.db");
        await Tool.UntilAsync(() => Task.FromResult(File.Exists($"{directory}/db.sock")), "ovsdb-server's socket", token);
        await StartDaemonAsync(token);
    }

    /// <summary>kill -9 of ovs-vswitchd, and a new one, as a supervisor would.</summary>
    public async Task RestartDaemonAsync(CancellationToken token)
    {
        daemon!.Kill();
        await daemon.WaitForExitAsync(token);
        daemon.Dispose();
        await StartDaemonAsync(token);
    }

    /// <summary>A host with one NIC, whose other end is the representor on the DPU.</summary>
    /// <returns>The host's namespace.</returns>
    public async Task<string> AddHostAsync(PortSpec port, CancellationToken token)
    {
        var host = Tool.Unique("h");
        hosts.Add(host);
        var representor = $"en3f0pf0sf{1000 + nics.Count}";
        await Tool.Here.RunAsync($"ip netns add {host}", token);
        await Tool.Here.RunAsync(
            $"ip -n {Namespace} link add {representor} type veth peer name eth0 address {port.MacAddress} mtu {port.Mtu} netns {host}", token);
        await Tool.In(host).RunAsync("ethtool -K eth0 tx off", token);
        await Tool.In(host).RunAsync($"ip addr add {port.Addresses[0].IpAddress}/24 dev eth0", token);
        await Tool.In(host).RunAsync("ip link set eth0 up", token);
        nics.Add(new ObservedNic("vuid-" + representor, port.MacAddress, representor, "01:00.0", "cold"));
        return host;
    }

    public Task<string> RunAsync(string line, CancellationToken token) => Commands.RunAsync(line, token);

    /// <summary>The reconcile loop's network part, until nothing is left to do.</summary>
    /// <returns>The steps that it took.</returns>
    public async Task<IReadOnlyList<AgentAction>> ReconcileAsync(NodeSpec spec, CancellationToken token)
    {
        var steps = new List<AgentAction>();
        var context = new PlanContext(Address, null);
        await Tool.UntilAsync(async () =>
        {
            try
            {
                return await DoPlanAsync(spec, context, steps, token);
            }
            catch (CommandException)
            {
                // Open vSwitch is still starting: the loop tries again.
                return false;
            }
        }, "the network holds", token);
        return steps;
    }

    private async Task<bool> DoPlanAsync(NodeSpec spec, PlanContext context, List<AgentAction> steps, CancellationToken token)
    {
        var dpu = new ObservedDpu([], [], [], [.. nics.Where(n => spec.Ports.Any(p => p.MacAddress == n.MacAddress))]);
        var plan = Planner.Plan(spec, new Observed(PowerState.Off, dpu, await Switch.ObserveAsync(token)), context);
        var run = new PlanRun(new AgentDevices(null!, null!, Switch, null!, null!), spec);
        foreach (var action in plan)
        {
            await run.RunAsync(action, token);
            steps.Add(action);
        }
        return plan.Count == 0;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in new[] { daemon, database }.OfType<Process>())
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
        foreach (var netns in (string[])[.. hosts, Namespace])
            await Tool.Here.RunAsync($"ip netns del {netns}", CancellationToken.None);
        Directory.Delete(directory, recursive: true);
    }

    private async Task StartDaemonAsync(CancellationToken token)
    {
        daemon = Start("ovs-vswitchd", $"unix:{directory}/db.sock", "-vconsole:off", $"--pidfile={directory}/ovs-vswitchd.pid");
        await Tool.UntilAsync(() => Task.FromResult(Directory.EnumerateFiles(directory, $"ovs-vswitchd.{daemon.Id}.ctl").Any()),
            "ovs-vswitchd's control socket", token);
    }

    private Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo("ip") { UseShellExecute = false, RedirectStandardInput = true };
        foreach (var word in (string[])["netns", "exec", Namespace, program, .. arguments])
            start.ArgumentList.Add(word);
        start.Environment["OVS_RUNDIR"] = directory;
        start.Environment["OVS_LOGDIR"] = directory;
        start.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
        return Process.Start(start)!;
    }
}
