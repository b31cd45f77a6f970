using System.Globalization;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.DataPath;
using Lab.Emulators.Dpu.DataPath.NvmeTcp;
using Lab.Emulators.Dpu.DataPath.Vhost;
using Lab.Emulators.Dpu.State;
using Lab.Emulators.Dpu.Tests.DataPath.NvmeTcp;
using Lab.Emulators.Dpu.Tests.DataPath.Vhost;
using Lab.Protocols.VhostUser;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lab.Emulators.Dpu.Tests.Performance;

/// <summary>
/// What many cloud volumes cost that are attached, exported and have a host each, and of which none is used. The card's methods stop at the
/// slots of its host, so this is the data path without them. Explicit: processor time and memory are the whole program's, so nothing else
/// may run in it; the hosts' side, which does, makes both figures upper bounds.
/// </summary>
public sealed class ExportFleetBenchmark : IAsyncDisposable
{
    private const long VolumeBytes = 16 << 20;
    private const double ShareMax = 0.02;
    private const long MemoryBytesMax = 600 << 20;
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(10);

    private readonly string directory = Directory.CreateTempSubdirectory("export-fleet-").FullName;
    private readonly ReactorGroup reactors = new(Math.Min(Environment.ProcessorCount, DpuLimits.ReactorsMax), NullLogger.Instance);
    private readonly List<FrontEnd> hosts = [];
    private readonly NvmeInitiator nvme;
    private readonly DataPathBackend backend;

    public ExportFleetBenchmark()
    {
        nvme = new NvmeInitiator(reactors.All.Count, TimeProvider.System, NullLogger.Instance);
        backend = new DataPathBackend(new VhostServer(directory, reactors, NullLogger.Instance), nvme.Find, TimeProvider.System, NullLogger.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        hosts.ForEach(host => host.Dispose());
        await backend.DisposeAsync();
        await nvme.DisposeAsync();
        await reactors.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    [Theory(Explicit = true)]
    [InlineData(100)]
    [InlineData(DpuLimits.BdevsMax)]
    public async Task Exports_OfNvmeVolumesThatAreIdle_CostLittle(int count)
    {
        await using var storage = await StorageProcess.StartAsync(InitiatorRig.Options.Hostnqn, VolumeBytes);
        for (var i = 0; i < count; i++)
            await AddAsync(storage, i.ToString(CultureInfo.InvariantCulture));
        // The exports do serve; and what was compiled and connected on the way is not what idling costs.
        foreach (var host in hosts)
            Assert.Equal(VirtioBlkStatus.Ok, await host.DoAsync(VirtioBlkType.In, 0, 4096));
        GC.Collect();
        await MeasureAsync();
        var (share, bytes) = await MeasureAsync();
        TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant(
            $"{count} NVMe volumes attached and exported, idle: {100 * share:0.00} % of a core, {bytes >> 20} MiB resident"));
        Assert.True(bytes <= MemoryBytesMax, $"{bytes} bytes");
        if (count == 100)
            Assert.True(share < ShareMax, $"{share:P2} of a core");
    }

    private static async Task<(double Share, long Bytes)> MeasureAsync()
    {
        var (before, start) = (Environment.CpuUsage.TotalTime, TimeProvider.System.GetTimestamp());
        await Task.Delay(Span, TimeProvider.System, TestContext.Current.CancellationToken);
        return ((Environment.CpuUsage.TotalTime - before) / TimeProvider.System.GetElapsedTime(start), Environment.WorkingSet);
    }

    private async Task AddAsync(StorageProcess storage, string name)
    {
        var subnqn = await storage.ExportAsync(name, InitiatorRig.Options.Hostnqn, VolumeBytes);
        var controller = InitiatorRig.Options with { Name = name, Subnqn = subnqn, Paths = [InitiatorRig.PathTo(storage.Ports[0])] };
        await nvme.AttachAsync(new NvmeAttachment(controller, null, null), CancellationToken.None);
        await backend.OpenAsync(
            new Bdev { Name = name, Kind = BdevKind.Nvme, Uuid = Guid.Empty, BlockSize = 512, Controller = name, Nsid = 1 }, CancellationToken.None);
        await backend.ExportAsync(new BlkExport(name + ".sock", name, ReadOnly: false, NumQueues: 1, LogicalBlockSize: 512, name), CancellationToken.None);
        var host = new FrontEnd(Path.Combine(directory, name + ".sock"));
        hosts.Add(host);
        host.Start();
    }
}
