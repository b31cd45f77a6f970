using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Lab.Emulators.Storage.Exports;
using Lab.Emulators.Storage.Faults;
using Lab.Emulators.Storage.Nbd;
using Lab.Emulators.Storage.NvmeTcp;
using Lab.Emulators.Storage.Rest;
using Lab.Emulators.Storage.Store;
using Lab.Emulators.Storage.Wire;
using Lab.Protocols.NvmeTcp;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Console;

namespace Lab.Emulators.Storage;

/// <summary>A storage target: one pool, its management and its fronts, NBD and NVMe/TCP.</summary>
public sealed class StorageTarget : IAsyncDisposable
{
    /// <summary>Threads that are there at once: calls that wait for the disk hold one each.</summary>
    private const int ThreadsMin = 128;

    private const long JsonBodyBytesMax = 64 * 1024;
    private const long ConnectionsMax = 4096;
    private static readonly TimeSpan StopTimeMax = TimeSpan.FromSeconds(5);

    private readonly WebApplication app;
    private readonly List<ConnectionListener> listeners = [];

    private StorageTarget(WebApplication app) => this.app = app;

    internal VolumeStore Store => app.Services.GetRequiredService<VolumeStore>();

    public IPEndPoint RestEndPoint { get; private set; } = new(IPAddress.None, 0);

    /// <summary>Null without NBD.</summary>
    public IPEndPoint? NbdEndPoint { get; private set; }

    /// <summary>Where NVMe/TCP listens, a path each.</summary>
    public IReadOnlyList<IPEndPoint> NvmeEndPoints { get; private set; } = [];

    /// <summary>Opens the pool and starts to listen.</summary>
    /// <exception cref="StoreException">The pool cannot be opened.</exception>
    /// <exception cref="IOException">An address is taken, or a file cannot be read.</exception>
    /// <exception cref="CryptographicException">A TLS file is not what it should be.</exception>
    public static async Task<StorageTarget> StartAsync(
        StorageTargetOptions options, TimeProvider time, LogLevel logLevel, CancellationToken token)
    {
        ThreadPool.GetMinThreads(out var workers, out var completions);
        ThreadPool.SetMinThreads(Math.Max(workers, ThreadsMin), completions);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Logging.ClearProviders().SetMinimumLevel(logLevel).AddFilter("Microsoft", LogLevel.Warning).AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.UseUtcTimestamp = true;
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        builder.Services.AddSingleton(time).AddSingleton<ExportSessions>().AddSingleton<FaultSet>().AddSingleton<NvmeSubsystems>().AddSingleton(services =>
            VolumeStore.Open(options.Pool, time, services.GetRequiredService<ILogger<VolumeStore>>()));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopTimeMax);
        builder.Services.ConfigureHttpJsonOptions(json => RestJson.Configure(json.SerializerOptions));
        builder.Services.Configure<RouteHandlerOptions>(route => route.ThrowOnBadRequest = true);
        var bound = Listen(builder, options);
        var target = new StorageTarget(builder.Build());
        try
        {
            // Opened before anything listens: a pool that cannot be opened is a failed start.
            StandFaultsBefore(target.app.Services, options.Faults);
            target.app.Use(next => context => RestErrors.AnswerAsync(context, next));
            target.app.MapManagement(() => options.Advertise ?? target.NbdEndPoint?.ToString());
            target.StartFronts(options);
            await target.app.StartAsync(token);
            target.RestEndPoint = bound();
            return target;
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the connections, makes everything durable and closes the pool.</summary>
    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(CancellationToken.None);
        foreach (var listener in listeners)
            await listener.DisposeAsync();
        await app.DisposeAsync();
    }

    private void StartFronts(StorageTargetOptions options)
    {
        if (options.Nbd is { } nbd)
            NbdEndPoint = Listen("nbd", nbd, client => ActivatorUtilities.CreateInstance<NbdConnection>(app.Services, client));
        if (options.Nvme is not { } nvme)
            return;
        NvmePort[] ports =
        [
            .. nvme.Listen.Select((address, index) => new NvmePort((ushort)(index + 1), address, index == 0 ? AnaState.Optimized : AnaState.NonOptimized)),
        ];
        app.Services.GetRequiredService<NvmeSubsystems>().Ports = ports;
        foreach (var port in ports)
            port.Address = Listen("nvme", port.Address, client => ActivatorUtilities.CreateInstance<NvmeConnection>(app.Services, client, port, nvme));
        NvmeEndPoints = [.. ports.Select(port => port.Address)];
        if (nvme.Advertise is { } advertised)
            ports[0].Address = advertised;
    }

    private IPEndPoint Listen(string front, IPEndPoint address, Func<Socket, IClientConnection> connect)
    {
        var listener = new ConnectionListener(front, address, connect, app.Services.GetRequiredService<ILogger<ConnectionListener>>());
        listeners.Add(listener);
        listener.Start();
        return listener.EndPoint;
    }

    private static void StandFaultsBefore(IServiceProvider services, IReadOnlyList<FaultRule> rules)
    {
        var store = services.GetRequiredService<VolumeStore>();
        var sessions = services.GetRequiredService<ExportSessions>();
        var faults = services.GetRequiredService<FaultSet>();
        foreach (var rule in rules)
            faults.Add(rule);
        faults.Disconnect = volume =>
        {
            foreach (var export in store.ListExports().Where(export => export.VolumeId == volume))
                sessions.Abort(export.Id);
        };
        store.Present = (volume, guard) => new FaultyVolume(volume, faults, guard);
    }

    private static Func<IPEndPoint> Listen(WebApplicationBuilder builder, StorageTargetOptions options)
    {
        var tls = options.Tls is { } files ? ManagementTls.Load(files.Certificate, files.Key, files.ClientAuthority) : null;
        ListenOptions? listening = null;
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = JsonBodyBytesMax;
            kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
            kestrel.Listen(options.Rest, rest =>
            {
                listening = rest;
                if (tls is not null)
                    rest.UseHttps(tls);
            });
        });
        return () => listening!.IPEndPoint!;
    }
}
