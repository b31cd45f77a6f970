using System.Collections.Concurrent;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.Pcie;
using Lab.Emulators.Dpu.Representors;
using Lab.Emulators.Dpu.State;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Dpu.Card;

/// <summary>
/// The card: bdevs, virtio-blk and virtio-net functions, in SNAP-4's strict order (function → controller → hotplug → hotunplug →
/// controller destroy → function destroy). Every change is on disk before it is answered. Operations that wait for the host hold only
/// their own function; a second operation on it is refused as busy.
/// </summary>
internal sealed partial class DpuCard : IAsyncDisposable
{
    private static readonly TimeSpan ReconcileRetry = TimeSpan.FromSeconds(1);

    private readonly string serial;
    private readonly StateStore store;
    private readonly IVirtioBlkBackend backend;
    private readonly INvmeInitiator nvme;
    private readonly IPcieService pcie;
    private readonly IRepresentors representors;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<string, Hold> held = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Task, byte> background = new();
    private volatile DpuState state = new();
    private volatile TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IReadOnlyDictionary<string, PcieSlot> slots = new Dictionary<string, PcieSlot>();
    private volatile bool areSlotsKnown = true;
    private Task reconciling = Task.CompletedTask;

    /// <param name="serial">Serial number of the board; VUIDs begin with it.</param>
    public DpuCard(
        string serial,
        StateStore store,
        IVirtioBlkBackend backend,
        INvmeInitiator nvme,
        IPcieService pcie,
        IRepresentors representors,
        TimeProvider time,
        ILogger<DpuCard> logger)
    {
        this.serial = serial;
        this.store = store;
        this.backend = backend;
        this.nvme = nvme;
        this.pcie = pcie;
        this.representors = representors;
        this.time = time;
        this.logger = logger;
    }

    public DpuState State => state;

    /// <summary>Serial number of the board.</summary>
    public string Serial => serial;

    /// <summary>Finds again what an earlier life left: on disk, in the data path, among the network devices and (as soon as it answers) in the host's slots.</summary>
    /// <exception cref="InvalidDataException">The state on disk cannot be understood.</exception>
    /// <exception cref="IOException">The data path cannot be started.</exception>
    public async Task StartAsync(CancellationToken token)
    {
        state = store.Load();
        RestoreNvme();
        await backend.StartAsync(new BackendLayout(state.Bdevs, [.. state.BlkFunctions.Select(ToExport).OfType<BlkExport>()]), token);
        await RestoreRepresentorsAsync(token);
        RestoreDiscoveries();
        reconciling = ReconcileSlotsAsync(stop.Token);
        LogStarted(state.Bdevs.Count, state.BlkFunctions.Count, state.NetFunctions.Count);
    }

    /// <returns>What the host's slots hold by VUID; what was known last when the PCIe service does not answer.</returns>
    public async Task<IReadOnlyDictionary<string, PcieSlot>> ListSlotsAsync()
    {
        try
        {
            slots = (await pcie.ListAsync(stop.Token)).ToDictionary(s => s.Id, StringComparer.Ordinal);
            areSlotsKnown = true;
        }
        catch (DpuException e)
        {
            // Clients poll the lists: said once, not each time.
            if (areSlotsKnown)
                LogSlotsUnknown(e.Message);
            areSlotsKnown = false;
        }
        return slots;
    }

    /// <summary>Gives up what is under way; what was begun is found again at the next start.</summary>
    public void Abort() => stop.Cancel();

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        foreach (var following in followings.Values)
            await following.DisposeAsync();
        await reconciling;
        await Task.WhenAll(background.Keys).ContinueWith(_ => { }, TaskScheduler.Default);
        gate.Dispose();
        stop.Dispose();
    }

    /// <summary>Runs <paramref name="work"/> alone; it commits what it changed.</summary>
    private async Task<T> ExclusiveAsync<T>(Func<Task<T>> work)
    {
        await gate.WaitAsync(stop.Token);
        try
        {
            return await work();
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task ExclusiveAsync(Func<Task> work)
    {
        await gate.WaitAsync(stop.Token);
        try
        {
            await work();
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Makes <paramref name="next"/> the truth: durable first, visible then.</summary>
    private void Commit(DpuState next)
    {
        try
        {
            store.Save(next);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotSaved(e.Message);
            throw new DpuException(Errno.InputOutput, null, e);
        }
        state = next;
        Interlocked.Exchange(ref changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    /// <summary>
    /// Takes one function for one operation. A second operation is refused; one that only meets the comparison with the host's slots
    /// waits for that to end, since its client did nothing wrong.
    /// </summary>
    private async Task<Hold> HoldAsync(string vuid)
    {
        var hold = new Hold(vuid, isComparison: false);
        while (!held.TryAdd(vuid, hold))
        {
            if (!held.TryGetValue(vuid, out var other))
                continue;
            if (!other.IsComparison)
                throw new DpuException(Errno.Busy);
            await other.Released.WaitAsync(stop.Token);
        }
        return hold;
    }

    private void Release(Hold hold)
    {
        held.TryRemove(hold.Vuid, out _);
        hold.Release();
    }

    private async Task<T> HoldingAsync<T>(string vuid, Func<Task<T>> work)
    {
        var hold = await HoldAsync(vuid);
        try
        {
            return await work();
        }
        finally
        {
            Release(hold);
        }
    }

    /// <summary>Holds the function and runs <paramref name="work"/> alone.</summary>
    private Task<T> HoldingAloneAsync<T>(string vuid, Func<Task<T>> work) => HoldingAsync(vuid, () => ExclusiveAsync(work));

    private void RunInBackground(Func<Task> work)
    {
        var task = LogFailureAsync(work);
        background.TryAdd(task, 0);
        _ = task.ContinueWith(t => background.TryRemove(t, out _), TaskScheduler.Default);
    }

    private async Task LogFailureAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (e is DpuException or OperationCanceledException)
        {
            LogBackgroundFailed(e.Message);
        }
    }

    private int FreeIndex()
    {
        var used = state.BlkFunctions.Select(f => f.Index).Concat(state.NetFunctions.Select(f => f.Index)).ToHashSet();
        for (var i = 0; i < DpuLimits.FunctionsMax; i++)
            if (!used.Contains(i))
                return i;
        throw new DpuException(Errno.NoSpace);
    }

    /// <summary>Compares with the host's slots when the PCIe service comes, and each time it comes again.</summary>
    private async Task ReconcileSlotsAsync(CancellationToken token)
    {
        while (!token.IsCancellationRequested)
        {
            try
            {
                await ReconcileSlotsOnceAsync(token);
                await pcie.Disconnected.WaitAsync(token);
            }
            catch (OperationCanceledException) when (token.IsCancellationRequested)
            {
                return;
            }
            catch (DpuException e)
            {
                LogNotReconciled(e.Message);
            }
            await Task.Delay(ReconcileRetry, time, token).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task ReconcileSlotsOnceAsync(CancellationToken token)
    {
        foreach (var function in state.BlkFunctions.Where(f => f.Controller is not null))
            await HoldingOrSkipAsync(function.Vuid, async () => await ReconcileBlkAsync(function.Vuid, await FindSlotAsync(function.Vuid, token), token));
        foreach (var function in state.NetFunctions)
            await HoldingOrSkipAsync(function.Vuid, async () => await ReconcileNetAsync(function.Vuid, await FindSlotAsync(function.Vuid, token), token));
        foreach (var slot in await pcie.ListAsync(token))
            if (slot.Id.StartsWith(serial, StringComparison.Ordinal) && !IsKnown(slot.Id))
                await HoldingOrSkipAsync(slot.Id, () => UnplugStrayAsync(slot.Id, token));
    }

    /// <summary>Asked anew for each function while it is held: an older answer may be about an earlier state.</summary>
    private async Task<PcieSlot?> FindSlotAsync(string vuid, CancellationToken token) =>
        (await pcie.ListAsync(token)).FirstOrDefault(s => s.Id == vuid);

    private bool IsKnown(string vuid) => state.BlkFunctions.Exists(f => f.Vuid == vuid) || state.NetFunctions.Exists(f => f.Vuid == vuid);

    private async Task UnplugStrayAsync(string vuid, CancellationToken token)
    {
        if (IsKnown(vuid))
            return;
        LogStray(vuid);
        await pcie.UnplugAsync(vuid, token);
    }

    /// <summary>A function in the middle of an operation is that operation's affair.</summary>
    private async Task HoldingOrSkipAsync(string vuid, Func<Task> work)
    {
        var hold = new Hold(vuid, isComparison: true);
        if (!held.TryAdd(vuid, hold))
            return;
        try
        {
            await work();
        }
        finally
        {
            Release(hold);
        }
    }

    private sealed class Hold(string vuid, bool isComparison)
    {
        private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Vuid => vuid;

        public bool IsComparison => isComparison;

        public Task Released => released.Task;

        public void Release() => released.TrySetResult();
    }

    [LoggerMessage(LogLevel.Information, "card is up with {Bdevs} bdevs, {Blk} virtio-blk and {Net} virtio-net functions")]
    private partial void LogStarted(int bdevs, int blk, int net);

    [LoggerMessage(LogLevel.Warning, "the PCIe service does not tell its slots: {Reason}")]
    private partial void LogSlotsUnknown(string reason);

    [LoggerMessage(LogLevel.Debug, "slots not compared yet: {Reason}")]
    private partial void LogNotReconciled(string reason);

    [LoggerMessage(LogLevel.Error, "state not saved: {Reason}")]
    private partial void LogNotSaved(string reason);

    [LoggerMessage(LogLevel.Warning, "background operation: {Reason}")]
    private partial void LogBackgroundFailed(string reason);

    [LoggerMessage(LogLevel.Warning, "{Id} is in a slot but unknown here; unplugging it")]
    private partial void LogStray(string id);

    [LoggerMessage(LogLevel.Information, "{Vuid}: {What} ({Mechanism})")]
    private partial void LogPlug(string vuid, string what, string? mechanism);
}
