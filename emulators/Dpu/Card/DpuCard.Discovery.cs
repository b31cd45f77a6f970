using System.Collections.Concurrent;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.State;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Dpu.Card;

internal sealed partial class DpuCard
{
    private readonly ConcurrentDictionary<string, Following> followings = new(StringComparer.Ordinal);

    /// <summary>Attaches what the discovery service lists, now and whenever its list changes.</summary>
    /// <param name="attachLimit">Given, the first list is waited for.</param>
    /// <exception cref="DpuException">The name is taken, or the service cannot be reached (<see cref="Errno.InputOutput"/>).</exception>
    public async Task StartDiscoveryAsync(NvmeDiscovery discovery, TimeSpan? attachLimit)
    {
        await nvme.DiscoverAsync(discovery, stop.Token);
        await ExclusiveAsync(() =>
        {
            if (state.NvmeDiscoveries.Exists(d => d.Name == discovery.Name || d.Path == discovery.Path))
                throw new DpuException(Errno.Exists);
            Commit(state with { NvmeDiscoveries = state.NvmeDiscoveries.Add(discovery) });
            return Task.CompletedTask;
        });
        var following = Follow(discovery);
        if (attachLimit is not { } limit)
            return;
        try
        {
            await following.FirstAttached.WaitAsync(limit, time, stop.Token);
        }
        catch (TimeoutException)
        {
            throw new DpuException(Errno.TimedOut);
        }
    }

    /// <summary>Stops following; what was attached is detached.</summary>
    public async Task StopDiscoveryAsync(string name)
    {
        if (!followings.TryRemove(name, out var following))
            throw new DpuException(Errno.NoEntry);
        await following.DisposeAsync();
        foreach (var controller in state.NvmeControllers.Where(c => c.Discovery == name))
            await DetachNvmeAsync(controller.Name, null);
        await ExclusiveAsync(() =>
        {
            Commit(state with { NvmeDiscoveries = state.NvmeDiscoveries.RemoveAll(d => d.Name == name) });
            return Task.CompletedTask;
        });
    }

    private void RestoreDiscoveries()
    {
        foreach (var discovery in state.NvmeDiscoveries)
            Follow(discovery);
    }

    private Following Follow(NvmeDiscovery discovery)
    {
        var following = new Following(stop.Token);
        followings[discovery.Name] = following;
        following.Run(token => FollowAsync(discovery, following, token));
        return following;
    }

    private async Task FollowAsync(NvmeDiscovery discovery, Following following, CancellationToken token)
    {
        while (!token.IsCancellationRequested)
        {
            try
            {
                await AttachListedAsync(discovery, await nvme.DiscoverAsync(discovery, token));
                following.SetAttached();
                await nvme.WaitForDiscoveryChangeAsync(discovery, token);
            }
            catch (DpuException e)
            {
                LogNotDiscovered(discovery.Name, e.Message);
                await Task.Delay(ReconcileRetry, time, token);
            }
        }
    }

    private async Task AttachListedAsync(NvmeDiscovery discovery, IReadOnlyList<NvmeDiscoveryEntry> entries)
    {
        foreach (var gone in state.NvmeControllers.Where(c => c.Discovery == discovery.Name && entries.All(e => e.Subnqn != c.Subnqn)))
            await DetachNvmeAsync(gone.Name, null);
        foreach (var entry in entries)
        {
            var known = state.NvmeControllers.Find(c => c.Discovery == discovery.Name && c.Subnqn == entry.Subnqn);
            if (known?.Paths.Contains(entry.Path) == true)
                continue;
            await AttachNvmeAsync(new NvmeController
            {
                Name = known?.Name ?? FreeDiscoveredName(discovery.Name),
                Subnqn = entry.Subnqn,
                Hostnqn = discovery.Hostnqn,
                Hostid = discovery.Hostid,
                Paths = [entry.Path],
                CtrlrLossTimeoutSec = discovery.CtrlrLossTimeoutSec,
                ReconnectDelaySec = discovery.ReconnectDelaySec,
                FastIoFailTimeoutSec = discovery.FastIoFailTimeoutSec,
                Discovery = discovery.Name,
            });
        }
    }

    /// <summary>SPDK numbers what a discovery service attaches from 0.</summary>
    private string FreeDiscoveredName(string discovery) =>
        Enumerable.Range(0, DpuLimits.NvmeControllersMax + 1).Select(i => discovery + i).First(n => !state.NvmeControllers.Exists(c => c.Name == n));

    /// <summary>The task that follows one discovery service.</summary>
    private sealed class Following(CancellationToken token) : IAsyncDisposable
    {
        private readonly CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        private readonly TaskCompletionSource attached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Task running = Task.CompletedTask;

        public Task FirstAttached => attached.Task;

        public void SetAttached() => attached.TrySetResult();

        public void Run(Func<CancellationToken, Task> work) => running = Task.Run(() => work(stop.Token));

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await running.ContinueWith(_ => { }, TaskScheduler.Default);
            stop.Dispose();
        }
    }

    [LoggerMessage(LogLevel.Warning, "discovery {Name}: {Reason}")]
    private partial void LogNotDiscovered(string name, string reason);
}
