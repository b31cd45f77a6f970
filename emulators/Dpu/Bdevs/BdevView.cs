using System.Text.Json.Nodes;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.Card;
using Lab.Emulators.Dpu.Nvme;
using Lab.Emulators.Dpu.State;

namespace Lab.Emulators.Dpu.Bdevs;

/// <summary>Bdevs as bdev_get_bdevs and bdev_get_iostat show them.</summary>
internal static class BdevView
{
    private static readonly string[] Supported = ["read", "write", "unmap", "flush", "reset", "write_zeroes"];

    private static readonly string[] Unsupported =
    [
        "nvme_admin", "nvme_io", "nvme_io_md", "zcopy", "get_zone_info", "zone_management", "zone_append", "compare", "compare_and_write",
        "abort", "seek_hole", "seek_data", "copy", "nvme_iov_md",
    ];

    public static JsonObject Describe(Bdev bdev, DpuCard card) => new()
    {
        ["name"] = bdev.Name,
        ["aliases"] = new JsonArray(bdev.Uuid.ToString("D")),
        ["product_name"] = ProductName(bdev.Kind),
        ["block_size"] = bdev.BlockSize,
        ["num_blocks"] = bdev.NumBlocks,
        ["uuid"] = bdev.Uuid.ToString("D"),
        ["numa_id"] = -1,
        ["assigned_rate_limits"] = new JsonObject
        {
            ["rw_ios_per_sec"] = bdev.Limits.RwIosPerSec,
            ["rw_mbytes_per_sec"] = bdev.Limits.RwMbytesPerSec,
            ["r_mbytes_per_sec"] = bdev.Limits.RMbytesPerSec,
            ["w_mbytes_per_sec"] = bdev.Limits.WMbytesPerSec,
        },
        // A controller opens its bdev and does not claim it, as SPDK's vhost.
        ["claimed"] = false,
        ["zoned"] = false,
        ["supported_io_types"] = new JsonObject(
        [
            .. Supported.Select(t => KeyValuePair.Create(t, (JsonNode?)true)),
            .. Unsupported.Select(t => KeyValuePair.Create(t, (JsonNode?)false)),
        ]),
        ["driver_specific"] = DriverSpecific(bdev, card),
    };

    /// <summary>Counters that the data path does not keep are left out: a zero would be a measurement.</summary>
    public static JsonObject Count(Bdev bdev, BdevCounters counters)
    {
        var view = new JsonObject { ["name"] = bdev.Name };
        Add("bytes_read", counters.BytesRead);
        Add("num_read_ops", counters.NumReadOps);
        Add("bytes_written", counters.BytesWritten);
        Add("num_write_ops", counters.NumWriteOps);
        Add("bytes_unmapped", counters.BytesUnmapped);
        Add("num_unmap_ops", counters.NumUnmapOps);
        return view;

        void Add(string name, ulong? value)
        {
            if (value is { } number)
                view[name] = number;
        }
    }

    private static string ProductName(BdevKind kind) => kind switch
    {
        BdevKind.Nbd => "NBD disk",
        BdevKind.Aio => "AIO disk",
        BdevKind.Null => "Null disk",
        BdevKind.Nvme => "NVMe disk",
        _ => "Malloc disk",
    };

    private static JsonObject DriverSpecific(Bdev bdev, DpuCard card) => bdev.Kind switch
    {
        BdevKind.Nbd => new JsonObject { ["nbd"] = new JsonObject { ["url"] = bdev.Url } },
        BdevKind.Aio => new JsonObject { ["aio"] = new JsonObject { ["filename"] = bdev.Filename, ["readonly"] = bdev.ReadOnly } },
        BdevKind.Nvme when card.State.NvmeControllers.Find(c => c.Name == bdev.Controller) is { } controller =>
            NvmeView.DriverSpecific(bdev, controller, card.DescribeNvme(controller.Name)),
        _ => [],
    };
}
