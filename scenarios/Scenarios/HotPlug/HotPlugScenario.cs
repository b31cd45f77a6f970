using System.Text.RegularExpressions;
using Lab.Contracts.Runs;
using Lab.Contracts.Telemetry;
using Lab.Harness.Baseline;
using Lab.Harness.Cloud;
using Lab.Harness.Images;
using Lab.Scenarios.Fixtures;

namespace Lab.Scenarios.HotPlug;

/// <summary>
/// Disks and NICs that come and go under a running host. Baseline: libvirt attaches a local disk or tap to a host of the same shape.
/// Afterwards nothing may be left that was not there before.
/// </summary>
public sealed class HotPlugScenario(LabFixture lab) : Scenario(lab)
{
    /// <summary>Root port for the plugged device of a baseline host, behind its disk and NIC.</summary>
    private const int BaselineSlot = 4;
    private const int VolumeGiB = 1;
    private const string PluggedMac = "52:54:00:ba:5e:99";

    [Fact, Trait("suite", "smoke"), Trait("suite", "nightly")]
    public Task HotPlug_Disk_SeenUsedRemoved() => RunAsync("hot-plug-disk", "hotplug", async () =>
    {
        await using var both = await MachineBesideBaseline.BootAsync(Lab, "plug-disk", Token);
        var (machine, host) = both;
        var volume = await machine.Tenant.CreateVolumeAsync("plugged", VolumeGiB, Token);
        var local = BaselineDevices.Disk(Lab.Baseline.CreateDisk("plugged", (long)VolumeGiB << 30), "vdx", BaselineSlot);
        await CyclesAsync("disk", machine, host, Disk(GuestDisks.OfCloud), Disk(GuestDisks.OfBaseline), local,
            new PlugRequests(
                () => machine.Tenant.AttachVolumeAsync(machine.ServerId, volume, Token),
                () => machine.Tenant.WaitForVolumeAsync(volume, "in-use", Token),
                () => machine.Tenant.DetachVolumeAsync(machine.ServerId, volume, Token),
                () => machine.Tenant.WaitForVolumeAsync(volume, "available", Token)));
        await machine.Tenant.DeleteVolumeAsync(volume, Token);
    });

    [Fact, Trait("suite", "nightly")]
    public Task HotPlug_Nic_SeenUsedRemoved() => RunAsync("hot-plug-nic", "hotplug", async () =>
    {
        await using var both = await MachineBesideBaseline.BootAsync(Lab, "plug-nic", Token);
        var (machine, host) = both;
        await using var network = await TenantNetwork.CreateAsync(machine.Tenant, "plug", "192.168.50.0/24", Token);
        var local = BaselineDevices.Nic(new BaselineNic(BaselineRack.HotPlugTap, PluggedMac), BaselineSlot);
        // A port is bound anew with every cycle, so its address stays: the MAC the guest waits for.
        var port = await network.CreatePortAsync("plugged", null, Token);
        await CyclesAsync("nic", machine, host, Nic(port.MacAddress), Nic(PluggedMac), local,
            new PlugRequests(
                () => machine.Tenant.AttachPortAsync(machine.ServerId, port.Id, Token),
                () => Task.CompletedTask,
                () => machine.Tenant.DetachPortAsync(machine.ServerId, port.Id, Token),
                () => machine.Tenant.WaitForPortFreeAsync(port.Id, Token)));
    });

    private async Task CyclesAsync(
        string device, Machine machine, BaselineHost host, PlugGuestCommands guest, PlugGuestCommands localGuest, System.Xml.Linq.XElement local,
        PlugRequests cloud)
    {
        var dimensions = new Dictionary<string, string> { [MetricNames.Dimensions.Device] = device };
        MetricRecorder Metric(string name, Better better = Better.Lower) => new(Record, Lab.Clock, name, Units.Second, better, dimensions);
        var seen = Metric(MetricNames.HotPlugSeen);
        var firstIo = Metric(MetricNames.HotPlugFirstIo);
        var removed = Metric(MetricNames.HotPlugRemoved);
        var (operation, phases) = device == "disk"
            ? (MetricNames.Operations.AttachDisk, (string[])[OperationActivities.Api, OperationActivities.Connect, OperationActivities.Present])
            : (MetricNames.Operations.AttachNic, [OperationActivities.Api, OperationActivities.Present]);
        var plainly = new PlugRequests(
            () => Task.Run(() => host.Attach(local), Token), () => Task.CompletedTask, () => Task.Run(() => host.Detach(local), Token), () => Task.CompletedTask);
        var spans = new OperationSpans(Testbed, Record, operation);
        var warmUp = Metric(MetricNames.HotPlugWarmUp, Better.None);
        var before = await LeakCount.ReadAsync(Testbed, machine.Node, Token);
        for (var cycle = 0; cycle < Parameters.HotPlugWarmUps; cycle++)
            warmUp.Subject((await PlugCycle.RunAsync(machine.Console, machine.Shell, guest, cloud, Lab.Clock, Token)).Seen);
        await PlainAsync();
        for (var cycle = 0; cycle < Parameters.HotPlugCycles; cycle++)
        {
            string? trace = null;
            var subject = await MeasuredAsync(
                () => PlugCycle.RunAsync(machine.Console, machine.Shell, guest, cloud with { Plug = TracedPlugAsync }, Lab.Clock, Token),
                seen, firstIo, removed);
            await spans.AddAsync(trace ?? throw new Lab.Harness.LabException("the plug was not traced"), phases, machine.Node, Token);
            seen.Subject(subject.Seen);
            firstIo.Subject(subject.FirstIo);
            removed.Subject(subject.Removed);
            var plain = await PlainAsync();
            seen.Baseline(plain.Seen);
            firstIo.Baseline(plain.FirstIo);
            removed.Baseline(plain.Removed);

            async Task TracedPlugAsync()
            {
                using var activity = ScenarioActivities.Source.StartActivity(operation);
                trace = activity?.TraceId.ToHexString();
                await cloud.Plug();
            }
        }
        var after = await LeakCount.ReadAsync(Testbed, machine.Node, Token);
        foreach (var (what, count) in before.Counts)
            Observe(new Check
            {
                Name = $"{what} after {Parameters.HotPlugWarmUps + Parameters.HotPlugCycles} cycles",
                Expected = $"{count}",
                Observed = $"{after.Counts[what]}",
                Passed = after.Counts[what] == count,
            });

        Task<PlugCycle> PlainAsync() =>
            PlugCycle.RunAsync(host.Console, host.Shell, localGuest, plainly, Lab.Clock, Token);
    }

    private static PlugGuestCommands Disk(string name) =>
        new($"lab-wait-disk {name}", $"lab-first-io {name}", ProbeImage.FirstIo, $"lab-wait-disk-gone {name}");

    /// <summary>The first I/O of a NIC is its first frame: an ARP request for nobody, counted once the device took it.</summary>
    private static PlugGuestCommands Nic(string mac) => new(
        $"lab-wait-nic {mac}",
        $"nic=$(lab-nic {mac}); ip link set $nic up; lab-send-frame $nic ffffffffffff{mac.Replace(":", "", StringComparison.Ordinal)}88b5 && echo lab-probe: nic io done",
        new Regex(@"lab-probe: nic io done\r?\n"),
        $"lab-wait-nic-gone {mac}");
}
