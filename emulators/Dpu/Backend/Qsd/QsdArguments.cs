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

    public static JsonObject TopNode(Bdev bdev) => new()
    {
        ["driver"] = "throttle",
        ["node-name"] = QsdNames.TopNode(bdev),
        ["throttle-group"] = QsdNames.TotalGroup(bdev),
        ["discard"] = "unmap",
        ["read-only"] = bdev.ReadOnly,
        ["file"] = new JsonObject
        {
            ["driver"] = "throttle",
            ["node-name"] = QsdNames.DirectionNode(bdev),
            ["throttle-group"] = QsdNames.DirectionGroup(bdev),
            ["discard"] = "unmap",
            ["read-only"] = bdev.ReadOnly,
            ["file"] = ProtocolNode(bdev),
        },
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

    private static JsonObject ProtocolNode(Bdev bdev)
    {
        var node = bdev.Kind switch
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
        };
        node["node-name"] = QsdNames.ProtocolNode(bdev);
        node["discard"] = "unmap";
        node["read-only"] = bdev.ReadOnly;
        return node;
    }

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
