using System.Collections.Immutable;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.State;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Dpu.Card;

internal sealed partial class DpuCard
{
    public IReadOnlyList<NvmePathStatus> DescribeNvme(string controller) => nvme.Describe(controller);

    /// <summary>Attaches a controller with one path, or adds that path to the controller of this name.</summary>
    /// <returns>The bdevs of its namespaces. A namespace whose UUID another bdev has stays out, as in SPDK.</returns>
    /// <exception cref="DpuException">The name is taken for something else, or the target cannot be reached.</exception>
    public Task<IReadOnlyList<string>> AttachNvmeAsync(NvmeController wanted) => ExclusiveAsync<IReadOnlyList<string>>(async () =>
    {
        var known = state.NvmeControllers.Find(c => c.Name == wanted.Name);
        var controller = known is null ? wanted : AddPath(known, wanted);
        CheckNvme(controller, known is null);
        var namespaces = await nvme.AttachAsync(ToAttachment(controller), stop.Token);
        var next = state with
        {
            NvmeControllers = known is null ? state.NvmeControllers.Add(controller) : state.NvmeControllers.Replace(known, controller),
        };
        var added = NewBdevs(controller.Name, namespaces);
        await CommitOrUndoAsync(
            next with { Bdevs = state.Bdevs.AddRange(added) },
            () => nvme.DetachAsync(controller.Name, known is null ? null : wanted.Paths[0]));
        foreach (var bdev in added)
            await backend.OpenAsync(bdev, stop.Token);
        return [.. state.Bdevs.Where(b => b.Controller == controller.Name).Select(b => b.Name)];
    });

    /// <param name="path">Null: the controller with all its paths; so too when it is the only one.</param>
    /// <exception cref="DpuException"><see cref="Errno.Busy"/>: a virtio-blk controller uses one of its bdevs.</exception>
    public Task DetachNvmeAsync(string name, NvmePath? path) => ExclusiveAsync(async () =>
    {
        var controller = state.NvmeControllers.Find(c => c.Name == name) ?? throw new DpuException(Errno.NoDevice);
        if (path is not null && !controller.Paths.Contains(path))
            throw new DpuException(Errno.NoDevice);
        if (path is not null && controller.Paths.Count > 1)
        {
            await nvme.DetachAsync(name, path);
            Commit(state with { NvmeControllers = state.NvmeControllers.Replace(controller, controller with { Paths = controller.Paths.Remove(path) }) });
            return;
        }
        var bdevs = state.Bdevs.Where(b => b.Controller == name).ToList();
        if (bdevs.Exists(b => state.BlkFunctions.Exists(f => f.Controller?.Bdev == b.Name)))
            throw new DpuException(Errno.Busy);
        foreach (var bdev in bdevs)
            await backend.CloseAsync(bdev.Name, stop.Token);
        await nvme.DetachAsync(name, null);
        Commit(state with { NvmeControllers = state.NvmeControllers.Remove(controller), Bdevs = state.Bdevs.RemoveRange(bdevs) });
    });

    private void RestoreNvme()
    {
        nvme.NamespacesChanged += (name, namespaces) => RunInBackground(() => TakeNamespacesAsync(name, namespaces));
        foreach (var controller in state.NvmeControllers)
        {
            var known = state.Bdevs
                .Where(b => b.Controller == controller.Name)
                .Select(b => new NvmeNamespaceInfo(b.Nsid!.Value, b.Uuid, b.BlockSize, b.NumBlocks));
            nvme.Restore(ToAttachment(controller), [.. known]);
        }
    }

    /// <summary>Bdevs follow the namespaces of their controller: new ones come, grown ones grow, removed ones go when nobody uses them.</summary>
    private Task TakeNamespacesAsync(string name, IReadOnlyList<NvmeNamespaceInfo> namespaces) => ExclusiveAsync(async () =>
    {
        if (!state.NvmeControllers.Exists(c => c.Name == name))
            return;
        var gone = state.Bdevs
            .Where(b => b.Controller == name && namespaces.All(n => n.Nsid != b.Nsid))
            .Where(b => !state.BlkFunctions.Exists(f => f.Controller?.Bdev == b.Name))
            .ToList();
        var added = NewBdevs(name, namespaces);
        var resized = state.Bdevs.ConvertAll(b => namespaces.FirstOrDefault(n => b.Controller == name && n.Nsid == b.Nsid) is { } now
            ? b with { NumBlocks = now.NumBlocks }
            : b);
        // Attaching tells of the namespaces too.
        if (gone.Count == 0 && added.Count == 0 && resized.SequenceEqual(state.Bdevs))
            return;
        Commit(state with { Bdevs = resized.Where(b => !gone.Exists(g => g.Name == b.Name)).Concat(added).ToImmutableList() });
        foreach (var bdev in gone)
            await backend.CloseAsync(bdev.Name, stop.Token);
        foreach (var bdev in added)
            await backend.OpenAsync(bdev, stop.Token);
        LogNamespaces(name, namespaces.Count, added.Count, gone.Count);
    });

    private List<Bdev> NewBdevs(string controller, IReadOnlyList<NvmeNamespaceInfo> namespaces) =>
    [
        .. namespaces
            .Where(n => !state.Bdevs.Exists(b => b.Uuid == n.Uuid || b.Name == BdevName(controller, n.Nsid)))
            .Take(Math.Max(0, DpuLimits.BdevsMax - state.Bdevs.Count))
            .Select(n => new Bdev
            {
                Name = BdevName(controller, n.Nsid),
                Kind = BdevKind.Nvme,
                Uuid = n.Uuid,
                BlockSize = n.BlockSize,
                NumBlocks = n.NumBlocks,
                Controller = controller,
                Nsid = n.Nsid,
            }),
    ];

    private static string BdevName(string controller, uint nsid) => $"{controller}n{nsid}";

    private NvmeAttachment ToAttachment(NvmeController controller) =>
        new(controller, FindKeyFile(controller.DhchapKey), FindKeyFile(controller.DhchapCtrlrKey));

    /// <summary>The checks of rpc_bdev_nvme_attach_controller for a name that is there.</summary>
    private static NvmeController AddPath(NvmeController known, NvmeController wanted)
    {
        if (wanted.Multipath == MultipathMode.Disable)
            throw new DpuException(Errno.Already, $"A controller named {known.Name} already exists and multipath is disabled");
        if (known.Paths.Contains(wanted.Paths[0]))
            throw new DpuException(Errno.Already, $"A controller named {known.Name} already exists with the specified network path");
        if (known.Subnqn != wanted.Subnqn)
            throw new DpuException(Errno.Invalid, $"A controller named {known.Name} already exists, but uses a different subnqn ({known.Subnqn})");
        if (known.Hostnqn != wanted.Hostnqn)
            throw new DpuException(Errno.Invalid, $"A controller named {known.Name} already exists, but uses a different hostnqn ({known.Hostnqn})");
        if (known.Multipath != wanted.Multipath && known.Paths.Count > 1)
            throw new DpuException(Errno.Invalid, $"A controller named {known.Name} already exists with another multipath mode");
        return known with { Multipath = wanted.Multipath, Paths = known.Paths.Add(wanted.Paths[0]) };
    }

    private void CheckNvme(NvmeController controller, bool isNew)
    {
        if (controller.Name.Length is 0 or > DpuLimits.NameLengthMax || controller.Name.Contains('\0', StringComparison.Ordinal))
            throw new DpuException(Errno.Invalid);
        if ((isNew && state.NvmeControllers.Count >= DpuLimits.NvmeControllersMax) || controller.Paths.Count > DpuLimits.NvmePathsMax)
            throw new DpuException(Errno.NoSpace);
    }

    [LoggerMessage(LogLevel.Information, "{Controller} has {Count} namespaces: {Added} bdevs come, {Gone} go")]
    private partial void LogNamespaces(string controller, int count, int added, int gone);
}
