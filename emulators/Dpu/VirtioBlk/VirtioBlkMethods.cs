using System.Text.Json.Nodes;
using Lab.Emulators.Dpu.Card;
using Lab.Emulators.Dpu.Pcie;
using Lab.Emulators.Dpu.Spdk;
using Lab.Emulators.Dpu.State;

namespace Lab.Emulators.Dpu.VirtioBlk;

/// <summary>SNAP-4's virtio_blk_* methods and emulation_function_list. Errors are -errno, as those of the bdev family.</summary>
internal sealed class VirtioBlkMethods(DpuCard card)
{
    /// <summary>vhca_id of function 0; those below are the card's own.</summary>
    private const int FirstVhcaId = 16;

    private const uint DefaultQueues = 1;

    public void Register(SpdkMethods methods)
    {
        var json = SpdkJson.Default;
        methods.Add("virtio_blk_function_create", json.VirtioBlkFunctionCreate, CreateFunctionAsync);
        methods.Add("virtio_blk_function_destroy", json.VirtioBlkFunctionDestroy, p => Done(card.DestroyBlkFunctionAsync(p.Vuid)));
        methods.Add("virtio_blk_controller_create", json.VirtioBlkControllerCreate, CreateControllerAsync);
        methods.Add("virtio_blk_controller_destroy", json.VirtioBlkControllerDestroy, p => Done(card.DestroyBlkControllerAsync(p.Ctrl)));
        methods.Add("virtio_blk_controller_list", json.VirtioBlkControllerList, ListControllersAsync);
        methods.Add("virtio_blk_controller_hotplug", json.VirtioBlkControllerPlug, p => Done(card.HotplugAsync(p.Ctrl, p.WaitForDone)));
        methods.Add("virtio_blk_controller_hotunplug", json.VirtioBlkControllerPlug, p => Done(card.HotunplugAsync(p.Ctrl, p.WaitForDone)));
        methods.Add(
            "virtio_blk_controller_bdev_attach",
            json.VirtioBlkControllerBdevAttach,
            p => Done(card.AttachBdevAsync(p.Ctrl, p.Bdev, p.VblkId)));
        methods.Add("virtio_blk_controller_bdev_detach", json.VirtioBlkControllerBdevDetach, p => Done(card.DetachBdevAsync(p.Ctrl)));
        methods.Add("emulation_function_list", json.EmulationFunctionList, ListFunctionsAsync);
    }

    private static async Task<JsonNode?> Done(Task work)
    {
        await work;
        return true;
    }

    private static int VhcaId(BlkFunction function) => FirstVhcaId + function.Index;

    /// <summary>In the host's eyes: also while the host is being asked to let go, and not yet while it is being told.</summary>
    private static bool IsPlugged(BlkController controller) => controller.Plug is PlugState.Plugged or PlugState.Unplugging;

    private async Task<JsonNode?> CreateFunctionAsync(VirtioBlkFunctionCreate parameters)
    {
        var function = await card.CreateBlkFunctionAsync();
        return new JsonObject { ["vhca_id"] = VhcaId(function), ["vuid"] = function.Vuid };
    }

    private async Task<JsonNode?> CreateControllerAsync(VirtioBlkControllerCreate parameters)
    {
        if (parameters.QueueSize is { } size && size != DpuLimits.QueueSize)
            throw new DpuException(Errno.Invalid);
        return await card.CreateBlkControllerAsync(Selector(parameters), new BlkController
        {
            Name = parameters.Ctrl ?? "",
            Bdev = parameters.Bdev,
            VblkId = parameters.VblkId,
            NumQueues = parameters.NumQueues ?? DefaultQueues,
            ReadOnly = parameters.ReadOnly,
        });
    }

    private static Predicate<BlkFunction> Selector(VirtioBlkControllerCreate parameters) => parameters switch
    {
        { Vuid: { } vuid, VhcaId: null, PfId: null } => f => f.Vuid == vuid,
        { Vuid: null, VhcaId: { } id, PfId: null } => f => VhcaId(f) == id,
        { Vuid: null, VhcaId: null, PfId: { } id } => f => f.Index == id,
        _ => throw new DpuException(Errno.Invalid),
    };

    private async Task<JsonNode?> ListControllersAsync(VirtioBlkControllerList parameters)
    {
        if (parameters.Ctrl is { } name)
            card.FindController(name);
        var slots = await card.ListSlotsAsync();
        return new JsonArray([.. card.State.BlkFunctions
            .Where(f => f.Controller is { } c && (parameters.Ctrl is null || c.Name == parameters.Ctrl))
            .Select(f => (JsonNode)Describe(f, f.Controller!, slots))]);
    }

    private static JsonObject Describe(BlkFunction function, BlkController controller, IReadOnlyDictionary<string, PcieSlot> slots) => new()
    {
        ["ctrl_id"] = controller.Name,
        ["vhca_id"] = VhcaId(function),
        ["vuid"] = function.Vuid,
        ["pci_bdf"] = Bdf(function, slots),
        ["bdev"] = controller.Bdev ?? "none",
        ["vblk_id"] = controller.VblkId,
        ["num_queues"] = controller.NumQueues,
        ["queue_size"] = DpuLimits.QueueSize,
        ["read_only"] = controller.ReadOnly,
        ["hotplugged"] = IsPlugged(controller),
        ["mechanism"] = controller.Mechanism,
    };

    private async Task<JsonNode?> ListFunctionsAsync(EmulationFunctionList parameters)
    {
        var slots = await card.ListSlotsAsync();
        return new JsonArray([.. card.State.BlkFunctions
            .Where(f => parameters.All || (f.Controller is { } c && IsPlugged(c)))
            .Select(f => (JsonNode)Describe(f, slots))]);
    }

    private static JsonObject Describe(BlkFunction function, IReadOnlyDictionary<string, PcieSlot> slots)
    {
        var view = new JsonObject
        {
            ["emulation_type"] = "VBLK",
            ["pf_index"] = function.Index,
            ["pci_bdf"] = Bdf(function, slots),
            ["vhca_id"] = VhcaId(function),
            ["vuid"] = function.Vuid,
            ["hotplugged"] = function.Controller is { } c && IsPlugged(c),
        };
        if (function.Controller is { } controller)
            view["ctrl_id"] = controller.Name;
        view["vfs"] = new JsonArray();
        return view;
    }

    private static string Bdf(BlkFunction function, IReadOnlyDictionary<string, PcieSlot> slots) =>
        slots.TryGetValue(function.Vuid, out var slot) ? slot.Bdf : PcieSlot.NoBdf;
}
