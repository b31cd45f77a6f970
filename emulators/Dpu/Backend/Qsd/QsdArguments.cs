using System.Text.Json.Nodes;
using Lab.Emulators.Dpu.State;

namespace Lab.Emulators.Dpu.Backend.Qsd;

/// <summary>Bdevs and exports as arguments of QMP commands (qapi/block-core.json, qapi/block-export.json of QEMU 7.2).</summary>
internal static class QsdArguments
{
    /// <summary>
    /// Seconds that requests wait for an NBD server to come back before they fail. A restarted storage target is then a pause, not
    /// an I/O error in the guest.
    /// </summary>
    private const int ReconnectDelaySeconds = 60;

    private const ulong MebibyteBytes = 1024 * 1024;

    public static JsonObject TopNode(Bdev bdev) => TopThrottle(bdev, DirectionThrottle(bdev, ProtocolNode(bdev)));

    /// <summary>Both throttle nodes again, in the groups that the bdev's limits ask for: blockdev-reopen changes a node's group.</summary>
    public static JsonObject Regroup(Bdev bdev) => new()
    {
        ["options"] = new JsonArray(
            DirectionThrottle(bdev, QsdNames.ProtocolNode(bdev)), TopThrottle(bdev, QsdNames.DirectionNode(bdev))),
    };

    /// <summary>QEMU refuses a group that limits the sum and a direction at once, so there are two.</summary>
    public static JsonObject TotalLimits(RateLimits limits) => new()
    {
        ["iops-total"] = limits.RwIosPerSec,
        ["bps-total"] = limits.RwMbytesPerSec * MebibyteBytes,
    };

    public static JsonObject DirectionLimits(RateLimits limits) => new()
    {
        ["bps-read"] = limits.RMbytesPerSec * MebibyteBytes,
        ["bps-write"] = limits.WMbytesPerSec * MebibyteBytes,
    };

    public static JsonObject Export(BlkExport export, Bdev bdev, string directory) => new()
    {
        ["type"] = "vhost-user-blk",
        ["id"] = QsdNames.Export(export, bdev),
        ["node-name"] = QsdNames.TopNode(bdev),
        ["addr"] = new JsonObject { ["type"] = "unix", ["path"] = Path.Combine(directory, export.Socket) },
        ["writable"] = !export.ReadOnly,
        ["num-queues"] = export.NumQueues,
        ["logical-block-size"] = export.LogicalBlockSize,
    };

    private static JsonObject TopThrottle(Bdev bdev, JsonNode file) =>
        Throttle(bdev, QsdNames.TopNode(bdev), QsdNames.Groups(bdev).Total, file);

    private static JsonObject DirectionThrottle(Bdev bdev, JsonNode file) =>
        Throttle(bdev, QsdNames.DirectionNode(bdev), QsdNames.Groups(bdev).Direction, file);

    private static JsonObject Throttle(Bdev bdev, string name, string group, JsonNode file) => Common(bdev, name, new JsonObject
    {
        ["driver"] = "throttle",
        ["throttle-group"] = group,
        ["file"] = file,
    });

    // QEMU 7.2 takes a command off its monitor byte by byte, some microseconds each (monitor_can_read), and the host's new disk waits for
    // that: so what is the default is not said.
    private static JsonObject Common(Bdev bdev, string name, JsonObject node)
    {
        node["node-name"] = name;
        node["discard"] = "unmap";
        if (bdev.ReadOnly)
            node["read-only"] = true;
        return node;
    }

    private static JsonObject ProtocolNode(Bdev bdev) => Common(
        bdev,
        QsdNames.ProtocolNode(bdev),
        bdev.Kind switch
        {
            BdevKind.Nbd => NbdNode(bdev),
            BdevKind.Aio or BdevKind.Malloc => new JsonObject { ["driver"] = "file", ["filename"] = bdev.Filename },
            BdevKind.Null => new JsonObject
            {
                ["driver"] = "null-co",
                ["size"] = bdev.NumBlocks * bdev.BlockSize,
                ["read-zeroes"] = true,
            },
            _ => throw new ArgumentOutOfRangeException(nameof(bdev)),
        });

    private static JsonObject NbdNode(Bdev bdev)
    {
        var url = NbdUrl.Parse(bdev.Url!);
        return new JsonObject
        {
            ["driver"] = "nbd",
            ["server"] = new JsonObject { ["type"] = "inet", ["host"] = url.Host, ["port"] = url.Port.ToString() },
            ["export"] = url.Export,
            ["reconnect-delay"] = ReconnectDelaySeconds,
        };
    }
}
