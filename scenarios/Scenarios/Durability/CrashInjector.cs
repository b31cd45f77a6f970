using System.Globalization;
using Lab.Harness;
using Lab.Harness.Images;
using Lab.Harness.Launch;
using Lab.Harness.Power;
using Lab.Harness.Processes;
using Lab.Scenarios.Fixtures;

namespace Lab.Scenarios.Durability;

/// <summary>Breaks one thing of the testbed; what supervises it has to bring it back, and nobody else does.</summary>
internal sealed class CrashInjector(RunningTestbed testbed)
{
    private static readonly TimeSpan BootLimit = TimeSpan.FromSeconds(120);

    /// <returns>When recovery could begin: at the order to kill or to cut the power, or when the path was up again.</returns>
    public async Task<DateTimeOffset> InjectAsync(Crash crash, Machine machine, CancellationToken token)
    {
        var ordered = testbed.Clock.GetUtcNow();
        switch (crash.Kind)
        {
            case CrashKind.Target:
                var process = testbed.Plane.Storage.ProcessId ?? throw new LabException("the storage target does not run");
                await Tool.RunAsync("kill", ["-KILL", process.ToString(CultureInfo.InvariantCulture)], token);
                break;
            case CrashKind.Dpud:
                await testbed.Soc(machine.Node).KillAsync("dpud", token);
                break;
            case CrashKind.Agent:
                await testbed.Soc(machine.Node).KillAsync("bm-agent", token);
                break;
            case CrashKind.Host:
                using (var power = new LibvirtPower(testbed.LibvirtUri(machine.Node), machine.Node, testbed.Clock))
                    await power.CutAsync(token);
                break;
            case CrashKind.Path:
                await testbed.SetManagementLinkAsync(machine.Node, isUp: false, token);
                try
                {
                    // Broken for so long: the time is the fault itself.
                    await Task.Delay(crash.Outage, testbed.Clock, token);
                }
                finally
                {
                    await testbed.SetManagementLinkAsync(machine.Node, isUp: true, CancellationToken.None);
                }
                return testbed.Clock.GetUtcNow();
            default:
                throw new ArgumentOutOfRangeException(nameof(crash));
        }
        return ordered;
    }

    /// <summary>Waits until a host whose power was cut is up again with its disk: the agent has to see to that.</summary>
    /// <param name="from">Position of the console before the cut.</param>
    public static async Task<DateTimeOffset> HostIsBackAsync(Machine machine, int from, CancellationToken token)
    {
        var ready = await machine.Console.WaitForAsync(ProbeImage.Ready, from, BootLimit, token);
        await machine.Shell.RunAsync($"lab-wait-disk {GuestDisks.OfCloud}", token);
        return ready.At;
    }
}
