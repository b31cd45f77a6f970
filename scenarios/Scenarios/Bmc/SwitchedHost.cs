using Lab.Harness;
using Lab.Harness.Images;
using Lab.Harness.Launch;
using Lab.Harness.Power;
using Lab.Harness.Processes;
using Lab.Interop.Linux;
using Lab.Scenarios.Fixtures;

namespace Lab.Scenarios.Bmc;

/// <summary>
/// A deployed host that the scenario alone switches: the agent on its DPU, which would set the power straight, is halted, while the
/// disks it presented stay. Every front boots the same machine from the same volume, and so does the baseline.
/// </summary>
internal sealed class SwitchedHost : IAsyncDisposable
{
    private const string AgentService = "/etc/service/bm-agent";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan SeenLimit = TimeSpan.FromSeconds(5);

    private readonly LabFixture lab;
    private readonly Machine machine;
    private readonly NetworkNamespace soc;

    private SwitchedHost(LabFixture lab, Machine machine, NetworkNamespace soc, LibvirtPower libvirt)
    {
        this.lab = lab;
        this.machine = machine;
        this.soc = soc;
        Libvirt = libvirt;
    }

    public LibvirtPower Libvirt { get; }

    /// <summary>Of the BMC: Redfish, IPMI, and Redfish over the sideband.</summary>
    public IReadOnlyList<IPowerFront> Fronts { get; private set; } = [];

    public static async Task<SwitchedHost> DeployAsync(LabFixture lab, string name, CancellationToken token)
    {
        var testbed = lab.Testbed;
        var machine = await Machine.BootAsync(lab, testbed.Red, name, [], token);
        SwitchedHost? host = null;
        try
        {
            var soc = NetworkNamespace.Open($"/proc/{await testbed.Soc(machine.Node).ProcessIdAsync(token)}/ns/net");
            host = new SwitchedHost(lab, machine, soc, new LibvirtPower(testbed.LibvirtUri(machine.Node), machine.Node, lab.Clock));
            await host.ServiceAsync("stop", token);
            host.Fronts = await host.OpenFrontsAsync(token);
            await host.CutAsync(token);
            return host;
        }
        catch
        {
            await (host?.DisposeAsync() ?? machine.DisposeAsync());
            throw;
        }
    }

    /// <summary>Cuts the power, by no front's doing; returns when the BMC has seen it.</summary>
    public async Task CutAsync(CancellationToken token)
    {
        await Libvirt.CutAsync(token);
        await Wait.UntilAsync("the BMC to see its host off", SeenLimit, async t => !await Fronts[0].IsOnAsync(t), token);
    }

    /// <summary>What a front tells; it has a moment to hear of the host.</summary>
    public static async Task<bool> TellsAsync(IPowerFront front, bool expected, CancellationToken token)
    {
        var isOn = !expected;
        try
        {
            await Wait.UntilAsync("", SeenLimit, async t => (isOn = await front.IsOnAsync(t)) == expected, token);
        }
        catch (LabException)
        {
            // It is told what it said to the end.
        }
        return isOn;
    }

    /// <summary>Seconds from the request until firmware starts the boot loader.</summary>
    public async Task<double> UntilFirmwareAsync(Func<CancellationToken, Task> request, CancellationToken token)
    {
        var from = machine.Console.Position;
        var asked = lab.Clock.GetUtcNow();
        await request(token);
        return ((await machine.Console.WaitForAsync(ProbeImage.Firmware, from, StartLimit, token)).At - asked).TotalSeconds;
    }

    /// <summary>Waits until the guest that was asked to boot at a position of the console hears its power button.</summary>
    public async Task WaitForGuestAsync(int from, CancellationToken token)
    {
        await machine.Console.WaitForAsync(ProbeImage.Ready, from, StartLimit, token);
        await machine.Shell.RunAsync("until ls -l /proc/$(pidof acpid)/fd 2>/dev/null | grep -q input/event; do sleep 0.1; done", token);
    }

    public int ConsolePosition => machine.Console.Position;

    /// <summary>Seconds from the request until the host is off.</summary>
    public async Task<double> UntilOffAsync(Func<CancellationToken, Task> request, CancellationToken token)
    {
        var off = Libvirt.NextStop();
        var asked = lab.Clock.GetUtcNow();
        await request(token);
        return (await off.WaitAsync(ShutdownLimit, lab.Clock, token) - asked).TotalSeconds;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var front in Fronts)
            front.Dispose();
        Libvirt.Dispose();
        soc.Dispose();
        await ServiceAsync("start", CancellationToken.None);
        await machine.DisposeAsync();
    }

    private async Task<IReadOnlyList<IPowerFront>> OpenFrontsAsync(CancellationToken token)
    {
        var testbed = lab.Testbed;
        var addresses = testbed.AddressesOf(machine.Node);
        var files = testbed.Paths.Node(machine.Node);
        return
        [
            await RedfishPower.OverManagementAsync(testbed.Network, addresses.Bmc, files, testbed.Secrets, token),
            new IpmiPower(testbed.Paths.NetworkNamespace, addresses.Bmc, testbed.Secrets),
            await RedfishPower.OverSidebandAsync(soc, addresses.SidebandBmc, files, token),
        ];
    }

    private Task ServiceAsync(string verb, CancellationToken token) =>
        lab.Testbed.Soc(machine.Node).RunAsync(["sv", "-w", "20", verb, AgentService], token);
}
