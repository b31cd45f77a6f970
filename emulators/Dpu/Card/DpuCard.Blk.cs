using System.Text;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.Pcie;
using Lab.Emulators.Dpu.State;

namespace Lab.Emulators.Dpu.Card;

internal sealed partial class DpuCard
{
    public Task<BlkFunction> CreateBlkFunctionAsync() => ExclusiveAsync(() =>
    {
        var index = FreeIndex();
        var function = new BlkFunction { Index = index, Vuid = $"{serial}VBLKS1D0F{index}" };
        Commit(state with { BlkFunctions = state.BlkFunctions.Add(function) });
        return Task.FromResult(function);
    });

    /// <exception cref="DpuException"><see cref="Errno.Busy"/>: its controller is still there.</exception>
    public Task DestroyBlkFunctionAsync(string vuid) => HoldingAloneAsync(vuid, () =>
    {
        var function = state.BlkFunctions.Find(f => f.Vuid == vuid) ?? throw new DpuException(Errno.NoDevice);
        if (function.Controller is not null)
            throw new DpuException(Errno.Busy);
        Commit(state with { BlkFunctions = state.BlkFunctions.Remove(function) });
        return Task.FromResult(0);
    });

    /// <summary>Gives the function its controller, and the bdev its vhost-user-blk socket.</summary>
    /// <param name="find">Finds the function among all.</param>
    /// <param name="controller">An empty name is replaced by VblkCtrl1, VblkCtrl2, …</param>
    /// <returns>The controller's name.</returns>
    public async Task<string> CreateBlkControllerAsync(Predicate<BlkFunction> find, BlkController controller)
    {
        if (controller.Name.Length > DpuLimits.NameLengthMax
            || controller.NumQueues is 0 or > DpuLimits.QueuesMax
            || (controller.VblkId is { } id && Encoding.UTF8.GetByteCount(id) > DpuLimits.SerialBytesMax))
            throw new DpuException(Errno.Invalid);
        var vuid = (state.BlkFunctions.Find(find) ?? throw new DpuException(Errno.NoDevice)).Vuid;
        return await HoldingAloneAsync(vuid, async () =>
        {
            var function = state.BlkFunctions.Find(find) ?? throw new DpuException(Errno.NoDevice);
            var named = controller.Name.Length > 0 ? controller : controller with { Name = FreeControllerName() };
            if (function.Controller is not null || FindControllerOrNull(named.Name) is not null)
                throw new DpuException(Errno.Exists);
            CheckBdev(named);
            await ExportAndCommitAsync(function with { Controller = named });
            return named.Name;
        });
    }

    /// <exception cref="DpuException"><see cref="Errno.Busy"/>: the host still has it.</exception>
    public Task DestroyBlkControllerAsync(string name) => OnUnpluggedAsync(name, async function =>
    {
        await backend.UnexportAsync(Socket(function), stop.Token);
        Commit(Replace(function with { Controller = null }));
    });

    /// <summary>Puts a bdev behind a controller that has none and is not plugged.</summary>
    public Task AttachBdevAsync(string name, string bdev, string? serialNumber) => OnUnpluggedAsync(name, async function =>
    {
        if (function.Controller!.Bdev is not null)
            throw new DpuException(Errno.Busy);
        if (serialNumber is not null && Encoding.UTF8.GetByteCount(serialNumber) > DpuLimits.SerialBytesMax)
            throw new DpuException(Errno.Invalid);
        var controller = function.Controller with { Bdev = bdev, VblkId = serialNumber ?? function.Controller.VblkId };
        CheckBdev(controller);
        await ExportAndCommitAsync(function with { Controller = controller });
    });

    public Task DetachBdevAsync(string name) => OnUnpluggedAsync(name, async function =>
    {
        if (function.Controller!.Bdev is null)
            throw new DpuException(Errno.NoDevice);
        await backend.UnexportAsync(Socket(function), stop.Token);
        Commit(Replace(function with { Controller = function.Controller with { Bdev = null } }));
    });

    /// <summary>Shows the function to the host; done once the host's side has it (when the host is off: at its next power-on).</summary>
    /// <param name="isAwaited">False: answers at once; the outcome is seen in the lists.</param>
    public Task HotplugAsync(string name, bool isAwaited) => WithHostAsync(
        name,
        isAwaited,
        function =>
        {
            // One whose earlier plugging ended in doubt may be plugged again: the PCIe service knows its id.
            if (function.Controller!.Plug is PlugState.Plugged)
                throw new DpuException(Errno.Exists);
            if (function.Controller.Plug is PlugState.Unplugging)
                throw new DpuException(Errno.Busy);
            if (function.Controller.Bdev is null)
                throw new DpuException(Errno.NoDevice);
            return PlugState.Plugging;
        },
        vuid => PlugBlkAsync(vuid, stop.Token));

    /// <exception cref="DpuException"><see cref="Errno.TimedOut"/>: the host did not let go, and keeps it.</exception>
    public Task HotunplugAsync(string name, bool isAwaited) => WithHostAsync(
        name,
        isAwaited,
        function => function.Controller!.Plug == PlugState.Unplugged ? throw new DpuException(Errno.Invalid) : PlugState.Unplugging,
        vuid => UnplugBlkAsync(vuid, stop.Token));

    public BlkFunction FindController(string name) => FindControllerOrNull(name) ?? throw new DpuException(Errno.NoDevice);

    /// <summary>The function's socket in the directory that card and host share.</summary>
    private static string Socket(BlkFunction function) => $"vblk{function.Index}.sock";

    private BlkExport? ToExport(BlkFunction function) =>
        function.Controller is { Bdev: { } bdev } controller && state.Bdevs.Find(b => b.Name == bdev) is { } known
            ? new BlkExport(Socket(function), bdev, controller.ReadOnly, controller.NumQueues, known.BlockSize, controller.VblkId)
            : null;

    private BlkFunction? FindControllerOrNull(string name) => state.BlkFunctions.Find(f => f.Controller?.Name == name);

    private async Task OnUnpluggedAsync(string name, Func<BlkFunction, Task> work) =>
        await HoldingAloneAsync(FindController(name).Vuid, async () =>
        {
            var function = FindController(name);
            if (function.Controller!.Plug != PlugState.Unplugged)
                throw new DpuException(Errno.Busy);
            await work(function);
            return 0;
        });

    private async Task ExportAndCommitAsync(BlkFunction function)
    {
        if (ToExport(function) is { } export)
            await backend.ExportAsync(export, stop.Token);
        await CommitOrUndoAsync(Replace(function), () => backend.UnexportAsync(Socket(function), stop.Token));
    }

    private void CheckBdev(BlkController controller)
    {
        if (controller.Bdev is not { } name)
            return;
        var bdev = FindBdev(name);
        if (state.BlkFunctions.Exists(f => f.Controller?.Bdev == name))
            throw new DpuException(Errno.Busy);
        if (bdev.ReadOnly && !controller.ReadOnly)
            throw new DpuException(Errno.ReadOnly);
    }

    private string FreeControllerName() =>
        Enumerable.Range(1, DpuLimits.FunctionsMax + 1).Select(i => $"VblkCtrl{i}").First(n => FindControllerOrNull(n) is null);

    private DpuState Replace(BlkFunction function) =>
        state with { BlkFunctions = state.BlkFunctions.SetItem(state.BlkFunctions.FindIndex(f => f.Vuid == function.Vuid), function) };

    private DpuState ReplaceController(BlkFunction function, Func<BlkController, BlkController> change) =>
        Replace(function with { Controller = change(function.Controller!) });

    private async Task WithHostAsync(string name, bool isAwaited, Func<BlkFunction, PlugState> check, Func<string, Task> act)
    {
        var vuid = FindController(name).Vuid;
        var hold = await HoldAsync(vuid);
        try
        {
            await ExclusiveAsync(() =>
            {
                var function = FindController(name);
                var next = check(function);
                Commit(ReplaceController(function, c => c with { Plug = next }));
                return Task.CompletedTask;
            });
        }
        catch
        {
            Release(hold);
            throw;
        }
        var acting = ActAsync();
        if (isAwaited)
            await acting;
        else
            RunInBackground(() => acting);

        async Task ActAsync()
        {
            try
            {
                await act(vuid);
            }
            finally
            {
                Release(hold);
            }
        }
    }

    private async Task PlugBlkAsync(string vuid, CancellationToken token)
    {
        var function = state.BlkFunctions.Find(f => f.Vuid == vuid)!;
        try
        {
            var slot = await pcie.PlugBlkAsync(vuid, Socket(function), function.Controller!.NumQueues, token);
            await SettleAsync(vuid, c => c with { Plug = PlugState.Plugged, Mechanism = slot.Mechanism });
            LogPlug(vuid, "plugged", slot.Mechanism);
        }
        catch (DpuException e) when (!e.IsInDoubt)
        {
            await SettleAsync(vuid, c => c with { Plug = PlugState.Unplugged, Mechanism = null });
            throw;
        }
    }

    private async Task UnplugBlkAsync(string vuid, CancellationToken token)
    {
        try
        {
            var mechanism = await pcie.UnplugAsync(vuid, token);
            await SettleAsync(vuid, c => c with { Plug = PlugState.Unplugged, Mechanism = null });
            LogPlug(vuid, "unplugged", mechanism);
        }
        catch (DpuException e) when (!e.IsInDoubt)
        {
            await SettleAsync(vuid, c => c with { Plug = PlugState.Plugged });
            throw;
        }
    }

    private Task SettleAsync(string vuid, Func<BlkController, BlkController> change) => ExclusiveAsync(() =>
    {
        Commit(ReplaceController(state.BlkFunctions.Find(f => f.Vuid == vuid)!, change));
        return Task.CompletedTask;
    });

    private async Task ReconcileBlkAsync(string vuid, PcieSlot? slot, CancellationToken token)
    {
        if (state.BlkFunctions.Find(f => f.Vuid == vuid)?.Controller is not { } controller)
            return;
        switch (controller.Plug, slot is not null)
        {
            case (PlugState.Plugging or PlugState.Unplugging, true):
                await SettleAsync(vuid, c => c with { Plug = PlugState.Plugged, Mechanism = c.Mechanism ?? slot!.Mechanism });
                break;
            case (PlugState.Plugging or PlugState.Unplugging, false):
                await SettleAsync(vuid, c => c with { Plug = PlugState.Unplugged, Mechanism = null });
                break;
            case (PlugState.Plugged, false):
                await PlugBlkAsync(vuid, token);
                break;
            case (PlugState.Unplugged, true):
                await pcie.UnplugAsync(vuid, token);
                break;
        }
    }
}
