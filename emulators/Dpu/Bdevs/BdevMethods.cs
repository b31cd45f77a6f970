using System.Text.Json.Nodes;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.Card;
using Lab.Emulators.Dpu.Spdk;
using Lab.Emulators.Dpu.State;
using Lab.Protocols.JsonRpc;

namespace Lab.Emulators.Dpu.Bdevs;

/// <summary>SPDK's bdev_* methods, and bdev_nbd_create / _delete of ours.</summary>
internal sealed class BdevMethods(DpuCard card, TimeProvider time)
{
    private const uint DefaultBlockSize = 512;

    /// <summary>SPDK_BDEV_QOS_MIN_IOS_PER_SEC.</summary>
    private const ulong IosPerSecStep = 1000;

    private const ulong MbytesPerSecMax = ulong.MaxValue >> 24;

    /// <summary>Size limit of bdevs that cost no storage, so that sizes in bytes stay in range.</summary>
    private const ulong BlocksMax = 1UL << 40;

    public void Register(SpdkMethods methods)
    {
        var json = SpdkJson.Default;
        methods.Add("bdev_get_bdevs", json.BdevGetBdevs, ListAsync);
        methods.Add("bdev_get_iostat", json.BdevGetIostat, CountAsync);
        methods.Add("bdev_set_qos_limit", json.BdevSetQosLimit, LimitAsync);
        methods.Add("bdev_nbd_create", json.BdevNbdCreate, CreateNbdAsync);
        methods.Add("bdev_aio_create", json.BdevAioCreate, CreateAioAsync);
        methods.Add("bdev_null_create", json.BdevNullCreate, CreateNullAsync);
        methods.Add("bdev_malloc_create", json.BdevMallocCreate, CreateMallocAsync);
        methods.Add("bdev_nbd_delete", json.BdevDelete, p => DeleteAsync(p.Name, BdevKind.Nbd));
        methods.Add("bdev_aio_delete", json.BdevDelete, p => DeleteAsync(p.Name, BdevKind.Aio));
        methods.Add("bdev_null_delete", json.BdevDelete, p => DeleteAsync(p.Name, BdevKind.Null));
        methods.Add("bdev_malloc_delete", json.BdevDelete, p => DeleteAsync(p.Name, BdevKind.Malloc));
    }

    private async Task<JsonNode?> ListAsync(BdevGetBdevs parameters)
    {
        if (parameters.Name is not { } name)
            return new JsonArray([.. card.State.Bdevs.Select(b => (JsonNode)BdevView.Describe(b, card))]);
        var bdev = parameters.Timeout > 0
            ? await card.WaitForBdevAsync(name, TimeSpan.FromMilliseconds(Math.Min(parameters.Timeout, int.MaxValue)))
            : card.FindBdev(name);
        return new JsonArray(BdevView.Describe(bdev, card));
    }

    private async Task<JsonNode?> CountAsync(BdevGetIostat parameters)
    {
        var bdevs = parameters.Names is { } names ? names.Select(card.FindBdev).ToArray() : [.. card.State.Bdevs];
        var counters = await card.CountBdevsAsync();
        return new JsonObject
        {
            ["tick_rate"] = time.TimestampFrequency,
            ["ticks"] = time.GetTimestamp(),
            ["bdevs"] = new JsonArray([.. bdevs.Select(b => (JsonNode)BdevView.Count(b, counters.GetValueOrDefault(b.Name, new BdevCounters())))]),
        };
    }

    private async Task<JsonNode?> LimitAsync(BdevSetQosLimit parameters)
    {
        card.FindBdev(parameters.Name);
        if (parameters is { RwIosPerSec: null, RwMbytesPerSec: null, RMbytesPerSec: null, WMbytesPerSec: null })
            throw new DpuException(Errno.Invalid, "No rate limits specified");
        try
        {
            await card.LimitBdevAsync(parameters.Name, limits => new RateLimits
            {
                RwIosPerSec = RoundUp(parameters.RwIosPerSec ?? limits.RwIosPerSec),
                RwMbytesPerSec = Math.Min(parameters.RwMbytesPerSec ?? limits.RwMbytesPerSec, MbytesPerSecMax),
                RMbytesPerSec = Math.Min(parameters.RMbytesPerSec ?? limits.RMbytesPerSec, MbytesPerSecMax),
                WMbytesPerSec = Math.Min(parameters.WMbytesPerSec ?? limits.WMbytesPerSec, MbytesPerSecMax),
            });
        }
        catch (DpuException e) when (e.Error != Errno.NoDevice)
        {
            throw new JsonRpcException(JsonRpcErrors.InvalidParams, "Failed to configure rate limit: " + Errnos.Text(e.Error));
        }
        return true;
    }

    /// <summary>SPDK takes any number and rounds it up to the next 1000 (bdev_qos_limits_set).</summary>
    private static ulong RoundUp(ulong iosPerSec) =>
        iosPerSec > long.MaxValue
            ? throw new DpuException(Errno.Invalid)
            : (iosPerSec + IosPerSecStep - 1) / IosPerSecStep * IosPerSecStep;

    private async Task<JsonNode?> CreateNbdAsync(BdevNbdCreate parameters)
    {
        if (!NbdUrl.TryParse(parameters.Url, out _))
            throw new DpuException(Errno.Invalid);
        return await CreateAsync(new Bdev
        {
            Name = parameters.Name,
            Kind = BdevKind.Nbd,
            Uuid = parameters.Uuid ?? Guid.NewGuid(),
            BlockSize = DefaultBlockSize,
            Url = parameters.Url,
        });
    }

    private async Task<JsonNode?> CreateAioAsync(BdevAioCreate parameters)
    {
        var path = Path.GetFullPath(parameters.Filename, "/");
        if (!File.Exists(path))
            throw new DpuException(Errno.NoEntry);
        return await CreateAsync(new Bdev
        {
            Name = parameters.Name,
            Kind = BdevKind.Aio,
            Uuid = parameters.Uuid ?? Guid.NewGuid(),
            BlockSize = parameters.BlockSize is > 0 and { } size ? size : DefaultBlockSize,
            Filename = path,
            ReadOnly = parameters.Readonly,
        });
    }

    private Task<JsonNode?> CreateNullAsync(BdevNullCreate parameters) => CreateAsync(new Bdev
    {
        Name = parameters.Name,
        Kind = BdevKind.Null,
        Uuid = parameters.Uuid ?? Guid.NewGuid(),
        BlockSize = parameters.BlockSize,
        NumBlocks = CheckBlocks(parameters.NumBlocks),
    });

    private Task<JsonNode?> CreateMallocAsync(BdevMallocCreate parameters)
    {
        var uuid = parameters.Uuid ?? Guid.NewGuid();
        return CreateAsync(new Bdev
        {
            Name = parameters.Name ?? FreeMallocName(),
            Kind = BdevKind.Malloc,
            Uuid = uuid,
            BlockSize = parameters.BlockSize,
            NumBlocks = CheckBlocks(parameters.NumBlocks),
            // Memory that the data path can open by name (shm_overview(7)).
            Filename = $"/dev/shm/dpud-{uuid:N}",
        });
    }

    private string FreeMallocName() =>
        Enumerable.Range(0, DpuLimits.BdevsMax + 1).Select(i => $"Malloc{i}").First(n => !card.State.Bdevs.Exists(b => b.Name == n));

    private static ulong CheckBlocks(ulong blocks) => blocks is 0 or > BlocksMax ? throw new DpuException(Errno.Invalid) : blocks;

    private async Task<JsonNode?> CreateAsync(Bdev bdev)
    {
        await card.CreateBdevAsync(bdev);
        return bdev.Name;
    }

    private async Task<JsonNode?> DeleteAsync(string name, BdevKind kind)
    {
        await card.DeleteBdevAsync(name, kind);
        return true;
    }
}
