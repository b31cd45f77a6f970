using System.Collections.Immutable;
using System.Net;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.DataPath.NvmeTcp.Admin;
using Lab.Emulators.Dpu.State;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Dpu.DataPath.NvmeTcp;

/// <summary>
/// One path to a subsystem (SPDK's nvme_ctrlr): connects, and when the association is lost, connects again, until it is detached or
/// its time is over. One task does all that; the I/O queues are their reactors', and are told by posts.
/// </summary>
/// <remarks>
/// When anything of an association fails, all of it is given up: queues are closed, what was under way is kept by the channels, and goes
/// again over another path at once or over this one when its new association stands. What may be replayed when is <see cref="WriteGuard"/>'s.
/// </remarks>
internal sealed partial class NvmePathController : IAsyncDisposable
{
    /// <summary>A path that does not answer must not hold up the one who asks (bdev_nvme_attach_controller).</summary>
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(4);

    private readonly NvmeSubsystem subsystem;
    private readonly ImmutableArray<NvmePath> addresses;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Dictionary<Reactor, IoPath> ioPaths = [];
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource firstConnected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim rereading = new(1, 1);
    private volatile Association? association;
    private volatile ImmutableDictionary<uint, PathUsability> usability = ImmutableDictionary<uint, PathUsability>.Empty;
    private TaskCompletionSource<IOException> queueLost = new();
    private int addressIndex;
    private string? lastReason;
    private Task running = Task.CompletedTask;

    /// <param name="addresses">More than one: the others stand in for the first (multipath mode "failover").</param>
    public NvmePathController(NvmeSubsystem subsystem, ImmutableArray<NvmePath> addresses, TimeProvider time, ILogger logger)
    {
        this.subsystem = subsystem;
        this.addresses = addresses;
        this.time = time;
        this.logger = logger;
    }

    public ImmutableArray<NvmePath> Addresses => addresses;

    /// <summary>As SPDK names it.</summary>
    public string State { get; private set; } = "resetting";

    public NvmeControllerIdentity? Identity { get; private set; }

    /// <summary>Where it is connected, or tries to.</summary>
    public NvmePath Address => addresses[addressIndex];

    public void Start() => running = Task.Run(RunAsync);

    /// <summary>Completes with the first connection.</summary>
    /// <exception cref="IOException">The first attempt failed.</exception>
    public Task FirstConnected => firstConnected.Task;

    /// <summary>The reactor's own side of this path; from any thread.</summary>
    public IoPath PathOn(Reactor reactor)
    {
        lock (ioPaths)
        {
            if (!ioPaths.TryGetValue(reactor, out var path))
            {
                path = new IoPath(RefreshAna, reactor, (ushort)(ioPaths.Count + 1));
                ioPaths.Add(reactor, path);
                if (association is { } alive)
                    reactor.Post(() => Open(path, alive));
            }
            return path;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        stop.Dispose();
    }

    private async Task RunAsync()
    {
        var lostAt = time.GetTimestamp();
        using var fastFail = time.CreateTimer(_ => GiveUpHope(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        ArmFastFail(fastFail);
        while (!stop.IsCancellationRequested)
        {
            var begun = time.GetTimestamp();
            var wasConnected = await ConnectAndStayAsync(fastFail);
            if (stop.IsCancellationRequested)
                break;
            if (wasConnected)
            {
                lostAt = time.GetTimestamp();
                ArmFastFail(fastFail);
            }
            var options = subsystem.Options;
            if (options.CtrlrLossTimeoutSec >= 0 && time.GetElapsedTime(lostAt).TotalSeconds >= options.CtrlrLossTimeoutSec)
            {
                State = "failed";
                LogGivenUp(subsystem.Name, Address.Traddr, Address.Trsvcid);
                GiveUpHope();
                break;
            }
            addressIndex = (addressIndex + 1) % addresses.Length;
            // A connection that was good for a while is tried again at once.
            if (!wasConnected || time.GetElapsedTime(begun).TotalSeconds < options.ReconnectDelaySec)
                await Task.Delay(TimeSpan.FromSeconds(options.ReconnectDelaySec), time, stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        }
        firstConnected.TrySetException(new IOException("detached"));
        _ = firstConnected.Task.Exception;
    }

    /// <returns>True when it was connected.</returns>
    private async Task<bool> ConnectAndStayAsync(ITimer fastFail)
    {
        var wasConnected = false;
        try
        {
            await using var connected = await ConnectAsync();
            wasConnected = true;
            lastReason = null;
            fastFail.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            var reason = await await Task.WhenAny(connected.Lost, queueLost.Task).WaitAsync(stop.Token);
            LogLost(subsystem.Name, Address.Traddr, Address.Trsvcid, reason.Message);
            State = "resetting";
            // The queues first: their connections may still tell how they ended.
            await CloseQueuesAsync();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await CloseQueuesAsync();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or FormatException or DpuException)
        {
            var reason = e is OperationCanceledException ? "no answer in time" : e.Message;
            // Tried again and again: said once for each reason.
            if (lastReason != reason)
                LogNotConnected(subsystem.Name, Address.Traddr, Address.Trsvcid, reason);
            lastReason = reason;
            firstConnected.TrySetException(new IOException(reason, e));
            _ = firstConnected.Task.Exception;
            await CloseQueuesAsync();
        }
        return wasConnected;
    }

    private async Task<Association> ConnectAsync()
    {
        using var limit = new CancellationTokenSource(ConnectLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop.Token);
        var target = new IPEndPoint(IPAddress.Parse(Address.Traddr), int.Parse(Address.Trsvcid, System.Globalization.CultureInfo.InvariantCulture));
        var host = subsystem.ReadIdentity();
        var connected = await Association.ConnectAsync(target, host, subsystem.IoQueuesWanted, time, either.Token);
        try
        {
            var (namespaces, states) = await connected.ReadNamespacesAsync(either.Token);
            connected.Changed += page => _ = Task.Run(() => RereadAsync(page));
            usability = states;
            Identity = connected.Controller.Identity;
            queueLost = new(TaskCreationOptions.RunContinuationsAsynchronously);
            connected.Begin();
            lock (ioPaths)
            {
                association = connected;
                foreach (var path in ioPaths.Values)
                    path.Reactor.Post(() => Open(path, connected));
            }
            State = "enabled";
            subsystem.OnNamespaces(namespaces);
            LogConnected(subsystem.Name, Address.Traddr, Address.Trsvcid, namespaces.Count);
            firstConnected.TrySetResult();
            return connected;
        }
        catch
        {
            await connected.DisposeAsync();
            throw;
        }
    }

    private async Task CloseQueuesAsync()
    {
        IoPath[] paths;
        lock (ioPaths)
        {
            association = null;
            paths = [.. ioPaths.Values];
        }
        foreach (var path in paths)
            await path.Reactor.RunAsync(() => path.Close(subsystem.DoubtFor));
    }

    /// <summary>The controller said that something changed.</summary>
    private async Task RereadAsync(byte page)
    {
        // One after the other, so that the last word is the last.
        await rereading.WaitAsync();
        try
        {
            if (association is not { } alive)
                return;
            var (namespaces, states) = await alive.ReadNamespacesAsync(stop.Token);
            usability = states;
            foreach (var path in Paths())
                path.Reactor.Post(() => path.SetNamespaces(states));
            if (page != LogPages.Ana)
                subsystem.OnNamespaces(namespaces);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The association ended, and with it the question.
        }
        finally
        {
            rereading.Release();
        }
    }

    /// <summary>The controller's ANA states are not what they were thought to be.</summary>
    private void RefreshAna() => _ = Task.Run(() => RereadAsync(LogPages.Ana));

    private void GiveUpHope()
    {
        foreach (var path in Paths())
            path.Reactor.Post(path.GiveUpHope);
    }

    private void ArmFastFail(ITimer timer)
    {
        if (subsystem.Options.FastIoFailTimeoutSec is > 0 and var seconds)
            timer.Change(TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);
    }

    private IoPath[] Paths()
    {
        lock (ioPaths)
            return [.. ioPaths.Values];
    }

    [LoggerMessage(LogLevel.Information, "{Name}: connected to {Address} port {Port}, {Count} namespaces")]
    private partial void LogConnected(string name, string address, string port, int count);

    [LoggerMessage(LogLevel.Warning, "{Name}: lost {Address} port {Port}: {Reason}")]
    private partial void LogLost(string name, string address, string port, string reason);

    [LoggerMessage(LogLevel.Warning, "{Name}: {Address} port {Port} cannot be connected: {Reason}")]
    private partial void LogNotConnected(string name, string address, string port, string reason);

    [LoggerMessage(LogLevel.Error, "{Name}: {Address} port {Port} is given up")]
    private partial void LogGivenUp(string name, string address, string port);
}
