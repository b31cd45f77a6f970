using Lab.Contracts.Runs;
using Lab.Harness.Baseline;
using Lab.Harness.Cloud;
using Lab.Harness.Consoles;
using Lab.Harness.Measuring;
using Lab.Scenarios.Fixtures;

namespace Lab.Scenarios.Throughput;

/// <summary>
/// fio in the guest on a cloud volume. Baseline: a local virtio-blk disk of a host of the same shape; where the card's own data path carries
/// the volume, also a disk of that host from qemu-storage-daemon. All disks are written over first, so that no read finds a hole.
/// </summary>
public sealed class DiskThroughputScenario(LabFixture lab) : Scenario(lab)
{
    private const int VolumeGiB = 1;
    private const int BaselineSlot = 4;
    private const int DaemonSlot = 5;

    [Fact, Trait("suite", "nightly")]
    public Task Disk_Fio_MeasuredBesideLocalDisk() => RunAsync("disk-throughput", "throughput", async () =>
    {
        await using var both = await MachineBesideBaseline.BootAsync(Lab, "disk-throughput", Token);
        var (machine, host) = both;
        var volume = await machine.Tenant.CreateVolumeAsync("fio", VolumeGiB, Token);
        await machine.Tenant.AttachVolumeAsync(machine.ServerId, volume, Token);
        const string Disk = GuestDisks.OfCloud;
        await machine.Shell.RunAsync($"lab-wait-disk {Disk}", Token);
        host.Attach(BaselineDevices.Disk(Lab.Baseline.CreateDisk("fio", (long)VolumeGiB << 30), "vdx", BaselineSlot));
        await host.Shell.RunAsync($"lab-wait-disk {GuestDisks.OfBaseline}", Token);
        await using var daemon = await AttachDaemonAsync(host);
        await Task.WhenAll(FillAsync(machine.Shell, Disk), FillAsync(host.Shell, GuestDisks.OfBaseline));
        if (daemon is not null)
            await FillAsync(host.Shell, GuestDisks.OfDaemon);

        var meter = ResourceMeter.OfNode(Testbed, machine.Node);
        var stages = await StageMeter.OfVolumeAsync(Testbed, machine.Node, volume, Token);
        if (stages is null)
            ObserveStages("not told: over nbd the data path is qemu-storage-daemon, which knows no stages", passed: true);
        var plainMeter = ResourceMeter.OfHost(Lab.Clock, Lab.Baseline.ProcessIdOf(host));
        foreach (var job in FioJob.All)
        {
            var (plain, plainUses) = await plainMeter.MeasureAsync(() => job.RunAsync(host.Shell, GuestDisks.OfBaseline, Parameters.FioSeconds, Token), Token);
            var before = job.IsBrokenDown && stages is not null ? await stages.ReadAsync(Token) : null;
            var (cloud, uses) = await meter.MeasureAsync(() => job.RunAsync(machine.Shell, Disk, Parameters.FioSeconds, Token), Token);
            var dimensions = new Dictionary<string, string> { [MetricNames.Dimensions.Workload] = job.Name };
            Both(MetricNames.DiskIops, Units.OperationPerSecond, Better.Higher, dimensions, cloud.Iops, plain.Iops);
            Both(MetricNames.DiskBandwidth, Units.BytePerSecond, Better.Higher, dimensions, cloud.BytesPerSecond, plain.BytesPerSecond);
            Both(MetricNames.DiskLatency, Units.Second, Better.Lower, dimensions, cloud.LatencySeconds, plain.LatencySeconds);
            if (before is not null)
                AddStages(job, (await stages!.ReadAsync(Token)).Since(before), cloud);
            ResourceSamples.Add(Record, Lab.Clock, job.Name, uses, plainUses);
            if (daemon is not null)
                Both(
                    MetricNames.DataPathIops, Units.OperationPerSecond, Better.Higher, dimensions, cloud.Iops,
                    (await job.RunAsync(host.Shell, GuestDisks.OfDaemon, Parameters.FioSeconds, Token)).Iops);
        }

        await machine.Tenant.DetachVolumeAsync(machine.ServerId, volume, Token);
        await machine.Tenant.WaitForVolumeAsync(volume, "available", Token);
        await machine.Tenant.DeleteVolumeAsync(volume, Token);
    });

    /// <returns>Null where qemu-storage-daemon carries the volume itself.</returns>
    private async Task<StorageDaemonDisk?> AttachDaemonAsync(BaselineHost host)
    {
        if (!Testbed.CardsCarryVolumes)
            return null;
        var disk = await StorageDaemonDisk.StartAsync(Testbed, VolumeGiB, Token);
        try
        {
            host.Attach(disk.Device("vdy", DaemonSlot));
            await host.Shell.RunAsync($"lab-wait-disk {GuestDisks.OfDaemon}", Token);
            return disk;
        }
        catch
        {
            await disk.DisposeAsync();
            throw;
        }
    }

    private static Task FillAsync(GuestShell guest, string disk) => guest.RunAsync(
        $"fio --name=fill --filename=/dev/$(lab-disk {disk}) --rw=write --bs=1M --direct=1 --ioengine=libaio --iodepth=4 --minimal",
        Token, TimeSpan.FromMinutes(3));

    /// <summary>fio's mean leaves out the second in which it warms up, the stages do not: both are of the same load.</summary>
    private void AddStages(FioJob job, StageReading reading, FioResult seen)
    {
        ObserveStages($"{reading.Total.Count} requests of {job.Name} sampled, {reading.Target.Count} at the target", reading.Total.Count > 0 && reading.Target.Count > 0);
        StageSamples.Add(Record, Lab.Clock, job.Name, reading, seen.LatencySeconds);
    }

    private void ObserveStages(string observed, bool passed) =>
        Observe(new Check { Name = "latency stages", Expected = "told by the card's own data path", Observed = observed, Passed = passed });

    private void Both(
        string metric, string unit, Better better, Dictionary<string, string> dimensions, double cloud, double plain)
    {
        var recorder = new MetricRecorder(Record, Lab.Clock, metric, unit, better, dimensions);
        recorder.Subject(cloud);
        recorder.Baseline(plain);
    }
}
