using Lab.Emulators.Dpu.DataPath;
using Lab.Emulators.Dpu.DataPath.Devices;
using Lab.Emulators.Dpu.DataPath.Qos;
using Lab.Emulators.Dpu.DataPath.Statistics;
using Lab.Emulators.Dpu.State;

namespace Lab.Emulators.Dpu.Backend;

/// <summary>A bdev's device, behind its limits, behind its counters: what a latency counts is what the host sees.</summary>
internal sealed class DataPathBdev : IAsyncDisposable
{
    private readonly QosDevice limited;

    public DataPathBdev(Bdev bdev, IBlockDevice device, TimeProvider time)
    {
        Bdev = bdev;
        limited = new QosDevice(device, time);
        limited.Change(bdev.Limits);
        Device = new MeasuredDevice(limited, time);
    }

    public Bdev Bdev { get; private set; }

    public MeasuredDevice Device { get; }

    public void Limit(RateLimits limits)
    {
        limited.Change(limits);
        Bdev = Bdev with { Limits = limits };
    }

    public ValueTask DisposeAsync() => Device.DisposeAsync();

    /// <exception cref="IOException">What it names cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">What it names cannot be opened.</exception>
    public static IBlockDevice OpenLocal(Bdev bdev) => bdev.Kind switch
    {
        BdevKind.Aio => new AioDevice(bdev.Filename!, bdev.BlockSize, bdev.ReadOnly),
        BdevKind.Malloc => new MallocDevice(bdev.Filename!, bdev.BlockSize, bdev.NumBlocks * bdev.BlockSize),
        BdevKind.Null => new NullDevice(bdev.BlockSize, bdev.NumBlocks * bdev.BlockSize),
        _ => throw new ArgumentOutOfRangeException(nameof(bdev)),
    };
}
