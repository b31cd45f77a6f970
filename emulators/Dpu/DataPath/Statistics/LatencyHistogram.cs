using System.Numerics;
using System.Runtime.InteropServices;

namespace Lab.Emulators.Dpu.DataPath.Statistics;

/// <summary>
/// Counts of latencies, in the layout of SPDK's spdk_histogram_data, which its tools read from bdev_get_histogram: ranges of doubling
/// width, each of 2^<see cref="BucketShift"/> buckets; an entry is found by shifts alone and is within 1/128 of the truth.
/// </summary>
/// <param name="ticksPerSecond">Unit of what is recorded.</param>
internal sealed class LatencyHistogram(long ticksPerSecond)
{
    /// <summary>SPDK_HISTOGRAM_BUCKET_SHIFT_DEFAULT.</summary>
    public const int BucketShift = 7;

    private const int BucketsPerRange = 1 << BucketShift;
    private const int Ranges = 64 - BucketShift + 1;

    private readonly long[] buckets = new long[Ranges * BucketsPerRange];

    public long TicksPerSecond => ticksPerSecond;

    /// <summary>From any thread.</summary>
    public void Record(long ticks) => Interlocked.Increment(ref buckets[IndexOf((ulong)Math.Max(ticks, 0))]);

    /// <returns>All buckets as little-endian 64-bit numbers, base64: the member "histogram" of bdev_get_histogram.</returns>
    public string ToBase64() => Convert.ToBase64String(MemoryMarshal.AsBytes<long>(buckets));

    /// <summary>__spdk_histogram_data_get_bucket_range and _index.</summary>
    private static int IndexOf(ulong ticks)
    {
        var leadingZeroes = BitOperations.LeadingZeroCount(ticks);
        var range = leadingZeroes <= Ranges - 1 ? Ranges - 1 - leadingZeroes : 0;
        var shift = range == 0 ? 0 : range - 1;
        return (range << BucketShift) + (int)((ticks >> shift) & (BucketsPerRange - 1));
    }
}
