using Lab.Emulators.Dpu.Backend.Qsd;
using Lab.Emulators.Dpu.Bdevs;
using Lab.Emulators.Dpu.Card;
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
    /// <summary>Serves until <paramref name="token"/> ends it; the data path goes on serving.</summary>
    /// <exception cref="IOException">A socket or the data path cannot be had.</exception>
    /// <exception cref="InvalidDataException">The state of an earlier life cannot be understood.</exception>
    public static async Task RunAsync(DpudOptions options, TimeProvider time, ILoggerFactory loggers, CancellationToken token)
    {
        await using var backend = new QsdBackend(
            new QsdOptions(options.QemuStorageDaemon, options.StateDirectory, options.VhostDirectory),
            time,
            loggers.CreateLogger<QsdBackend>());
        await using var pcieClient = new JsonRpcUnixClient(options.PcieSocket);
        await using var card = new DpuCard(
            options.BoardSerial,
            new StateStore(options.StateDirectory),
            backend,
            new PcieServiceClient(pcieClient, time),
            new TapRepresentors(time, loggers.CreateLogger<TapRepresentors>()),
            time,
            loggers.CreateLogger<DpuCard>());
        await card.StartAsync(token);

        await using var abort = token.Register(card.Abort);
        var log = loggers.CreateLogger<JsonRpcUnixServer>();
        await using var spdk = JsonRpcUnixServer.Start(options.RpcSocket, SpdkSocket(card, time), log);
        await using var virtnet = JsonRpcUnixServer.Start(options.VirtnetSocket, VirtnetSocket(card), log);
        await Task.Delay(Timeout.InfiniteTimeSpan, time, token).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    public static JsonRpcMethods SpdkSocket(DpuCard card, TimeProvider time)
    {
        var methods = new SpdkMethods();
        FrameworkMethods.Register(methods);
        new BdevMethods(card, time).Register(methods);
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
