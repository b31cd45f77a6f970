using System.Globalization;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.Backend.Qsd;
using Lab.Emulators.Dpu.DataPath;
using Lab.Emulators.Dpu.DataPath.NvmeTcp;
using Lab.Emulators.Dpu.DataPath.Vhost;
using Lab.Emulators.Dpu.State;
using Lab.Emulators.Dpu.Tests.DataPath.NvmeTcp;
using Lab.Emulators.Dpu.Tests.Live;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lab.Emulators.Dpu.Tests.Performance;

/// <summary>
/// One content in the page cache, four ways to it: QEMU's own disk over a file; the card's data path to the storage target by NVMe/TCP;
/// qemu-storage-daemon to the same volume by NBD, set up as dpud does; the card's data path over a file.
/// </summary>
internal sealed class BenchmarkDisks : IAsyncDisposable
{
    public const int Count = 4;
    public const long Bytes = 256 << 20;

    private readonly string directory;
    private readonly StorageProcess storage;
    private readonly ReactorGroup reactors = new(Math.Min(Environment.ProcessorCount, DpuLimits.ReactorsMax), NullLogger.Instance);
    private readonly NvmeInitiator nvme;
    private readonly DataPathBackend own;
    private readonly QsdBackend daemon;

    private BenchmarkDisks(string directory, StorageProcess storage)
    {
        this.directory = directory;
        this.storage = storage;
        nvme = new NvmeInitiator(reactors.All.Count, TimeProvider.System, NullLogger.Instance);
        own = new DataPathBackend(new VhostServer(directory, reactors, NullLogger.Instance), nvme.Find, TimeProvider.System, NullLogger.Instance);
        daemon = new QsdBackend(new QsdOptions("qemu-storage-daemon", directory, directory), TimeProvider.System, NullLogger.Instance);
    }

    /// <summary>For <see cref="BenchmarkGuest"/>.</summary>
    public IEnumerable<string> Arguments =>
    [
        "-object", "iothread,id=local", "-blockdev", $"driver=file,node-name=local,filename={In("local")},aio=threads,cache.direct=off",
        "-device", "virtio-blk-pci,drive=local,bus=port1,num-queues=1,iothread=local",
        .. Enumerable.Range(2, Count - 1).SelectMany(i => new[]
        {
            "-chardev", $"socket,id=disk{i},path={In($"{i}.sock")}", "-device", $"vhost-user-blk-pci,chardev=disk{i},bus=port{i},num-queues=1",
        }),
    ];

    public static async Task<BenchmarkDisks> StartAsync(string directory)
    {
        var disks = new BenchmarkDisks(directory, await StorageProcess.StartAsync(InitiatorRig.Options.Hostnqn, Bytes));
        try
        {
            await disks.FillAsync();
            await disks.ServeAsync();
            return disks;
        }
        catch
        {
            await disks.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await own.DisposeAsync();
        await daemon.DisposeAsync();
        // The daemon outlives who started it.
        if (File.Exists(In("qsd.pid")))
            await Tool.RunAsync("kill", "-9", (await File.ReadAllTextAsync(In("qsd.pid"))).Trim());
        await nvme.DisposeAsync();
        await reactors.DisposeAsync();
        await storage.DisposeAsync();
    }

    /// <summary>Bytes that no layer can take for zeroes.</summary>
    private async Task FillAsync()
    {
        var random = new Random(1);
        var block = new byte[1 << 20];
        await using (var file = File.Create(In("local")))
            for (var at = 0L; at < Bytes; at += block.Length)
            {
                random.NextBytes(block);
                await file.WriteAsync(block);
            }
        File.Copy(In("local"), In("aio"));
        await Tool.RunAsync("qemu-img", "convert", "-n", "-f", "raw", "-O", "raw", In("local"), storage.NbdUrl);
    }

    private async Task ServeAsync()
    {
        await nvme.AttachAsync(
            new NvmeAttachment(InitiatorRig.Options with { Subnqn = storage.Subnqn, Paths = [InitiatorRig.PathTo(storage.Ports[0])] }, null, null),
            CancellationToken.None);
        await own.StartAsync(new BackendLayout([], []), CancellationToken.None);
        await daemon.StartAsync(new BackendLayout([], []), CancellationToken.None);
        await ShowAsync(own, 2, Bdev("nvme", BdevKind.Nvme) with { Controller = InitiatorRig.Options.Name, Nsid = 1 });
        await ShowAsync(daemon, 3, Bdev("nbd", BdevKind.Nbd) with { Url = storage.NbdUrl });
        await ShowAsync(own, 4, Bdev("aio", BdevKind.Aio) with { Filename = In("aio") });
    }

    private static async Task ShowAsync(IVirtioBlkBackend backend, int disk, Bdev bdev)
    {
        await backend.OpenAsync(bdev, CancellationToken.None);
        var socket = disk.ToString(CultureInfo.InvariantCulture) + ".sock";
        await backend.ExportAsync(new BlkExport(socket, bdev.Name, ReadOnly: false, NumQueues: 1, LogicalBlockSize: 512, socket), CancellationToken.None);
    }

    private static Bdev Bdev(string name, BdevKind kind) => new()
    {
        Name = name, Kind = kind, Uuid = Guid.Empty, BlockSize = 512, NumBlocks = (ulong)Bytes / 512,
    };

    private string In(string name) => Path.Combine(directory, name);
}
