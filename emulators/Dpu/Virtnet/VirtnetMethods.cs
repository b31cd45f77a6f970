using System.Net.NetworkInformation;
using System.Text.Json.Nodes;
using Lab.Emulators.Dpu.Card;
using Lab.Emulators.Dpu.Pcie;
using Lab.Emulators.Dpu.Spdk;
using Lab.Emulators.Dpu.State;

namespace Lab.Emulators.Dpu.Virtnet;

/// <summary>The virtio-net controller's verbs (hotplug, unplug, list, query) as JSON-RPC; results as its command line prints them.</summary>
internal sealed class VirtnetMethods(DpuCard card)
{
    /// <summary>Queue pairs that a function has: a tap is opened with one.</summary>
    private const int QueuePairs = 1;

    public void Register(SpdkMethods methods)
    {
        var json = SpdkJson.Default;
        methods.Add("hotplug", json.VirtnetHotplug, HotplugAsync);
        methods.Add("unplug", json.VirtnetUnplug, UnplugAsync);
        methods.Add("list", json.VirtnetList, _ => DescribeAsync(_ => true));
        methods.Add("query", json.VirtnetQuery, QueryAsync);
    }

    private async Task<JsonNode?> HotplugAsync(VirtnetHotplug parameters)
    {
        if (parameters.Mtu is < DpuLimits.MtuMin or > DpuLimits.MtuMax
            || parameters.MaxQueues is 0 or > DpuLimits.QueuesMax)
            throw new DpuException(Errno.Invalid);
        var function = await card.HotplugNetAsync(ReadMac(parameters.Mac), parameters.Mtu, parameters.MaxQueues, parameters.MaxQueueSize);
        return Describe(function, await card.ListSlotsAsync());
    }

    private async Task<JsonNode?> UnplugAsync(VirtnetUnplug parameters)
    {
        await card.UnplugNetAsync(Selector(parameters.Vuid, parameters.Id));
        return true;
    }

    private Task<JsonNode?> QueryAsync(VirtnetQuery parameters)
    {
        if (parameters is { All: true, Vuid: null, Id: null })
            return DescribeAsync(_ => true);
        if (parameters.All)
            throw new DpuException(Errno.Invalid);
        var selector = Selector(parameters.Vuid, parameters.Id);
        if (!card.State.NetFunctions.Exists(selector))
            throw new DpuException(Errno.NoDevice);
        return DescribeAsync(selector);
    }

    private async Task<JsonNode?> DescribeAsync(Predicate<NetFunction> filter)
    {
        var slots = await card.ListSlotsAsync();
        return new JsonObject
        {
            ["devices"] = new JsonArray([.. card.State.NetFunctions.Where(f => filter(f)).Select(f => (JsonNode)Describe(f, slots))]),
        };
    }

    private static Predicate<NetFunction> Selector(string? vuid, uint? id) => (vuid, id) switch
    {
        ({ } text, null) => f => f.Vuid == text,
        (null, { } number) => f => f.Index == number,
        _ => throw new DpuException(Errno.Invalid),
    };

    private static JsonObject Describe(NetFunction function, IReadOnlyDictionary<string, PcieSlot> slots) => new()
    {
        ["bdf"] = slots.TryGetValue(function.Vuid, out var slot) ? slot.Bdf : PcieSlot.NoBdf,
        ["vuid"] = function.Vuid,
        ["id"] = function.Index,
        ["transitional"] = 0,
        ["sf_rep_net_device"] = DpuCard.Representor(function),
        ["mac"] = function.Mac,
        ["mtu"] = function.Mtu,
        ["num_queue_pairs"] = QueuePairs,
        ["max_queues"] = function.MaxQueues,
        ["max_queue_size"] = function.MaxQueueSize,
        ["hotplugged"] = function.Plug is PlugState.Plugged or PlugState.Unplugging,
        ["mechanism"] = function.Mechanism,
    };

    /// <summary>A host's NIC has a unicast address (IEEE 802-2014 §8.2); it is kept in the usual form.</summary>
    private static string ReadMac(string text)
    {
        if (text.Length != 17 || !PhysicalAddress.TryParse(text, out var address))
            throw new DpuException(Errno.Invalid);
        var bytes = address.GetAddressBytes();
        if (bytes.Length != 6 || (bytes[0] & 1) != 0 || Array.TrueForAll(bytes, b => b == 0))
            throw new DpuException(Errno.Invalid);
        return string.Join(':', bytes.Select(b => b.ToString("x2")));
    }
}
