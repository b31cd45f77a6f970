using System.Diagnostics;
using System.Text.RegularExpressions;
using Lab.Harness.Cloud;
using Lab.Harness.Consoles;
using Lab.Harness.Images;
using Lab.Harness.Launch;
using Lab.Harness.Processes;

namespace Lab.Scenarios.Fixtures;

/// <summary>A tenant's bare-metal machine: a server of the cloud and its console.</summary>
public sealed class Machine : IAsyncDisposable
{
    private static readonly TimeSpan BootLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan CleanLimit = TimeSpan.FromSeconds(60);

    private readonly RunningTestbed testbed;

    private Machine(RunningTestbed testbed, CloudClient tenant, string serverId, string node, NodeConsole console, BootMarks marks)
    {
        this.testbed = testbed;
        Tenant = tenant;
        ServerId = serverId;
        Node = node;
        Console = console.Console;
        Shell = console.Shell;
        Marks = marks;
    }

    public CloudClient Tenant { get; }
    public string ServerId { get; }
    public string Node { get; }
    public SerialConsole Console { get; }
    public GuestShell Shell { get; }
    public BootMarks Marks { get; }

    /// <summary>Asks for a server and waits for its shell; the time counts from the request.</summary>
    public static async Task<Machine> BootAsync(LabFixture lab, CloudClient tenant, string name, IEnumerable<CloudPort> ports, CancellationToken token)
    {
        var testbed = lab.Testbed;
        var positions = testbed.Nodes.ToDictionary(n => n.Name, n => testbed.Console(n.Name).Console.Position);
        using var trace = ScenarioActivities.Source.StartActivity("boot");
        var requested = lab.Clock.GetUtcNow();
        var server = await tenant.CreateServerAsync(name, lab.ImageId, lab.FlavorId, ports.Select(p => p.Id), token);
        try
        {
            var (node, ready) = await WaitForReadyAsync(testbed, positions, server, tenant, token);
            var console = testbed.Console(node);
            await tenant.WaitForServerAsync(server, token);
            var marks = await BootMarks.ReadAsync(console.Console, positions[node], requested, ready.At, trace?.TraceId.ToHexString(), token);
            return new Machine(testbed, tenant, server, node, console, marks);
        }
        catch
        {
            await DeleteAsync(testbed, tenant, server);
            throw;
        }
    }

    public async ValueTask DisposeAsync() => await DeleteAsync(testbed, Tenant, ServerId);

    /// <summary>The server is gone before its node is clean, and the next scenario needs the node.</summary>
    private static async Task DeleteAsync(RunningTestbed testbed, CloudClient tenant, string server)
    {
        await tenant.DeleteServerAsync(server, CancellationToken.None);
        await Wait.UntilAsync("nodes to be clean", CleanLimit, async t => !await testbed.AnyNodeInAsync("cleaning", t), CancellationToken.None);
    }

    /// <summary>The guest tells its instance's id, so that two boots side by side are told apart; a server in ERROR ends the wait.</summary>
    private static async Task<(string Node, ConsoleMatch Ready)> WaitForReadyAsync(
        RunningTestbed testbed, Dictionary<string, int> positions, string server, CloudClient tenant, CancellationToken token)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(token);
        var config = new Regex($@"lab-probe: config drive=\S+ uuid={server} ");
        var waits = testbed.Nodes.Select(async node =>
        {
            var console = testbed.Console(node.Name).Console;
            var seen = await console.WaitForAsync(config, positions[node.Name], BootLimit, either.Token);
            return (node.Name, await console.WaitForAsync(ProbeImage.Ready, seen.End, BootLimit, either.Token));
        }).ToList();
        var active = tenant.WaitForServerAsync(server, either.Token);
        var first = await Task.WhenAny([.. waits, active]);
        if (first == active)
        {
            // Throws when the server went to ERROR; ACTIVE only means that power is on.
            await active;
            first = await Task.WhenAny(waits);
        }
        var (found, ready) = await (Task<(string, ConsoleMatch)>)first;
        await either.CancelAsync();
        return (found, ready);
    }
}
