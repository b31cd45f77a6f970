using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.Backend.Qsd;
using Lab.Emulators.Dpu.Bdevs;
using Lab.Emulators.Dpu.Card;
using Lab.Emulators.Dpu.DataPath;
using Lab.Emulators.Dpu.DataPath.NvmeTcp;
using Lab.Emulators.Dpu.DataPath.Vhost;
using Lab.Emulators.Dpu.Keyring;
using Lab.Emulators.Dpu.Nvme;
using Lab.Emulators.Dpu.Pcie;
using Lab.Emulators.Dpu.Representors;
using Lab.Emulators.Dpu.Spdk;
using Lab.Emulators.Dpu.State;
using Lab.Emulators.Dpu.VirtioBlk;
using Lab.Emulators.Dpu.Virtnet;
using Lab.Emulators.JsonRpc;
using Lab.Protocols.JsonRpc;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Dpu;

/// <summary>The firmware put together: card, its two sockets, data path and slots.</summary>
internal static class Dpud
{
    /// <summary>Bdevs that the card's own data path carries; the others are qemu-storage-daemon's.</summary>
    private static readonly HashSet<BdevKind> OwnKinds = [BdevKind.Nvme, BdevKind.Aio, BdevKind.Malloc, BdevKind.Null];

    /// <summary>Serves until <paramref name="token"/> ends it; the data path goes on serving.</summary>
    /// <exception cref="IOException">A socket or the data path cannot be had.</exception>
    /// <exception cref="InvalidDataException">The state of an earlier life cannot be understood.</exception>
    public static async Task RunAsync(DpudOptions options, TimeProvider time, ILoggerFactory loggers, CancellationToken token)
    {
        await using var reactors = new ReactorGroup(Math.Clamp(Environment.ProcessorCount, 1, DpuLimits.ReactorsMax), loggers.CreateLogger<ReactorGroup>());
        await using var nvme = new NvmeInitiator(reactors.All.Count, time, loggers.CreateLogger<NvmeInitiator>());
        var qsd = new QsdOptions(options.QemuStorageDaemon, options.StateDirectory, options.VhostDirectory);
        var vhost = new VhostServer(options.VhostDirectory, reactors, loggers.CreateLogger<VhostServer>());
        var own = new DataPathBackend(vhost, nvme.Find, time, loggers.CreateLogger<DataPathBackend>());
        await using var backend = new ByKindBackend(own, new QsdBackend(qsd, time, loggers.CreateLogger<QsdBackend>()), OwnKinds, qsd.PidFile);
        await using var pcieClient = new JsonRpcUnixClient(options.PcieSocket);
        await using var card = new DpuCard(
            options.BoardSerial,
            new StateStore(options.StateDirectory),
            backend,
            nvme,
            new PcieServiceClient(pcieClient, time),
            new TapRepresentors(time, loggers.CreateLogger<TapRepresentors>()),
            time,
            loggers.CreateLogger<DpuCard>());
        await card.StartAsync(token);

        await using var abort = token.Register(card.Abort);
        var log = loggers.CreateLogger<JsonRpcUnixServer>();
        await using var spdk = JsonRpcUnixServer.Start(options.RpcSocket, SpdkSocket(card, time, own), log);
        await using var virtnet = JsonRpcUnixServer.Start(options.VirtnetSocket, VirtnetSocket(card), log);
        await Task.Delay(Timeout.InfiniteTimeSpan, time, token).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    /// <param name="own">The data path that records latencies; null: none does.</param>
    public static JsonRpcMethods SpdkSocket(DpuCard card, TimeProvider time, DataPathBackend? own = null)
    {
        var methods = new SpdkMethods();
        FrameworkMethods.Register(methods);
        new BdevMethods(card, time).Register(methods);
        new NvmeMethods(card).Register(methods);
        new KeyringMethods(card).Register(methods);
        if (own is not null)
            new HistogramMethods(own).Register(methods);
        new VirtioBlkMethods(card).Register(methods);
        return methods.Methods;
    }

    public static JsonRpcMethods VirtnetSocket(DpuCard card)
    {
        var methods = new SpdkMethods();
        new VirtnetMethods(card).Register(methods);
        return methods.Methods;
    }
}
