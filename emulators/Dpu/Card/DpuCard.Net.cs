using Lab.Emulators.Dpu.Pcie;
using Lab.Emulators.Dpu.Representors;
using Lab.Emulators.Dpu.State;

namespace Lab.Emulators.Dpu.Card;

internal sealed partial class DpuCard
{
    private const int FirstScalableFunction = 1000;

    /// <summary>The function's network device on the card (virtnet: en3f0pf&lt;p&gt;sf&lt;n&gt;, n from 1000).</summary>
    public static string Representor(NetFunction function) => $"{TapRepresentors.Prefix}{FirstScalableFunction + function.Index}";

    /// <summary>Makes function and representor and shows the function to the host.</summary>
    /// <exception cref="DpuException">Nothing is left of it then.</exception>
    public async Task<NetFunction> HotplugNetAsync(string mac, uint mtu, uint? maxQueues, uint? maxQueueSize)
    {
        var (hold, function) = await ExclusiveAsync(() => AddNetAsync(mac, mtu, maxQueues, maxQueueSize));
        try
        {
            return await PlugNetAsync(function, stop.Token);
        }
        finally
        {
            Release(hold);
        }
    }

    /// <exception cref="DpuException"><see cref="Errno.TimedOut"/>: the host did not let go, and keeps it.</exception>
    public Task UnplugNetAsync(Predicate<NetFunction> find)
    {
        var function = state.NetFunctions.Find(find) ?? throw new DpuException(Errno.NoDevice);
        return HoldingAsync(function.Vuid, async () =>
        {
            if (!IsKnown(function.Vuid))
                throw new DpuException(Errno.NoDevice);
            await SettleNetAsync(function.Vuid, f => f with { Plug = PlugState.Unplugging });
            try
            {
                var mechanism = await pcie.UnplugAsync(function.Vuid, stop.Token);
                LogPlug(function.Vuid, "unplugged", mechanism);
            }
            catch (DpuException e) when (!e.IsInDoubt)
            {
                await SettleNetAsync(function.Vuid, f => f with { Plug = PlugState.Plugged });
                throw;
            }
            await ForgetNetAsync(function);
            return 0;
        });
    }

    /// <summary>Function and representor, held before anybody else can see them.</summary>
    private async Task<(Hold Hold, NetFunction Function)> AddNetAsync(string mac, uint mtu, uint? maxQueues, uint? maxQueueSize)
    {
        if (state.NetFunctions.Exists(f => f.Mac == mac))
            throw new DpuException(Errno.Exists);
        var index = FreeIndex();
        var function = new NetFunction
        {
            Index = index,
            Vuid = $"{serial}VNETS1D0F{index}",
            Mac = mac,
            Mtu = mtu,
            MaxQueues = maxQueues,
            MaxQueueSize = maxQueueSize,
            Plug = PlugState.Plugging,
        };
        var hold = await HoldAsync(function.Vuid);
        try
        {
            await representors.EnsureAsync(Representor(function), mtu, stop.Token);
            await CommitOrUndoAsync(
                state with { NetFunctions = state.NetFunctions.Add(function) },
                () => representors.RemoveAsync(Representor(function), stop.Token));
            return (hold, function);
        }
        catch
        {
            Release(hold);
            throw;
        }
    }

    private async Task<NetFunction> PlugNetAsync(NetFunction function, CancellationToken token)
    {
        try
        {
            var slot = await pcie.PlugNetAsync(function.Vuid, function.Mac, Representor(function), function.Mtu, token);
            LogPlug(function.Vuid, "plugged", slot.Mechanism);
            return await SettleNetAsync(function.Vuid, f => f with { Plug = PlugState.Plugged, Mechanism = slot.Mechanism });
        }
        catch (DpuException e)
        {
            // In doubt it is taken away when the PCIe service answers again.
            await SettleNetAsync(function.Vuid, f => f with { Plug = PlugState.Unplugging });
            if (!e.IsInDoubt)
                await ForgetNetAsync(function);
            throw;
        }
    }

    private async Task ForgetNetAsync(NetFunction function)
    {
        await representors.RemoveAsync(Representor(function), stop.Token);
        await ExclusiveAsync(() =>
        {
            Commit(state with { NetFunctions = state.NetFunctions.RemoveAll(f => f.Vuid == function.Vuid) });
            return Task.CompletedTask;
        });
    }

    private Task<NetFunction> SettleNetAsync(string vuid, Func<NetFunction, NetFunction> change) => ExclusiveAsync(() =>
    {
        var index = state.NetFunctions.FindIndex(f => f.Vuid == vuid);
        var next = change(state.NetFunctions[index]);
        Commit(state with { NetFunctions = state.NetFunctions.SetItem(index, next) });
        return Task.FromResult(next);
    });

    /// <summary>Taps outlive the firmware but not the container's network namespace; those of no function are leftovers of a crash.</summary>
    private async Task RestoreRepresentorsAsync(CancellationToken token)
    {
        var wanted = state.NetFunctions.ToDictionary(Representor, f => f);
        foreach (var stray in representors.List().Where(n => !wanted.ContainsKey(n)))
            await TryAsync(() => representors.RemoveAsync(stray, token));
        foreach (var (name, function) in wanted)
            await TryAsync(() => representors.EnsureAsync(name, function.Mtu, token));
    }

    private async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (DpuException e)
        {
            LogBackgroundFailed(e.Message);
        }
    }

    private async Task ReconcileNetAsync(string vuid, PcieSlot? slot, CancellationToken token)
    {
        if (state.NetFunctions.Find(f => f.Vuid == vuid) is not { } function)
            return;
        switch (function.Plug, slot is not null)
        {
            case (PlugState.Unplugging, var isPresent):
                if (isPresent)
                    await pcie.UnplugAsync(vuid, token);
                await ForgetNetAsync(function);
                break;
            case (PlugState.Plugging, true):
                await SettleNetAsync(vuid, f => f with { Plug = PlugState.Plugged, Mechanism = slot!.Mechanism });
                break;
            case (PlugState.Plugging or PlugState.Plugged, false):
                await representors.EnsureAsync(Representor(function), function.Mtu, token);
                await PlugNetAsync(function, token);
                break;
        }
    }
}
