using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Lab.Emulators.Statistics;

/// <summary>
/// Counts of latencies, in the layout of SPDK's spdk_histogram_data, which its tools read from bdev_get_histogram: ranges of doubling
/// width, each of 2^<paramref name="bucketShift"/> buckets; an entry is found by shifts alone and is within 1/2^<paramref name="bucketShift"/>
/// of the truth.
/// </summary>
/// <param name="ticksPerSecond">Unit of what is recorded.</param>
public sealed class LatencyHistogram(long ticksPerSecond, int bucketShift = LatencyHistogram.SpdkBucketShift)
{
    /// <summary>SPDK_HISTOGRAM_BUCKET_SHIFT_DEFAULT.</summary>
    public const int SpdkBucketShift = 7;

    private const double NanosecondsPerSecond = 1e9;

    private readonly long[] buckets = new long[(64 - bucketShift + 1) << bucketShift];
    private long sum;

    public long TicksPerSecond => ticksPerSecond;

    public int BucketShift => bucketShift;

    private int RangeLast => 64 - bucketShift;

    /// <summary>From any thread.</summary>
    public void Record(long ticks)
    {
        ticks = Math.Max(ticks, 0);
        Interlocked.Increment(ref buckets[IndexOf((ulong)ticks)]);
        Interlocked.Add(ref sum, ticks);
    }

    /// <returns>All buckets as little-endian 64-bit numbers, base64: the member "histogram" of bdev_get_histogram.</returns>
    public string ToBase64() => Convert.ToBase64String(MemoryMarshal.AsBytes<long>(buckets));

    /// <returns>
    /// "count", "sum_ns" and "buckets", the middle of each bucket that is not empty with its count: [[ns, count], …]. All of it only grows, so
    /// that the difference of two readings is what was between them.
    /// </returns>
    public JsonObject ToJson()
    {
        var filled = new JsonArray();
        long count = 0;
        for (var index = 0; index < buckets.Length; index++)
        {
            if (Volatile.Read(ref buckets[index]) is not (> 0 and var entries))
                continue;
            count += entries;
            filled.Add((JsonNode)new JsonArray(Math.Round(MiddleOf(index) * NanosecondsPerSecond / ticksPerSecond, 1), entries));
        }
        return new JsonObject
        {
            ["count"] = count,
            ["sum_ns"] = Math.Round(Volatile.Read(ref sum) * NanosecondsPerSecond / ticksPerSecond),
            ["buckets"] = filled,
        };
    }

    /// <summary>__spdk_histogram_data_get_bucket_range and _index.</summary>
    private int IndexOf(ulong ticks)
    {
        var leadingZeroes = BitOperations.LeadingZeroCount(ticks);
        var range = leadingZeroes <= RangeLast ? RangeLast - leadingZeroes : 0;
        var shift = range == 0 ? 0 : range - 1;
        return (range << bucketShift) + (int)((ticks >> shift) & ((1ul << bucketShift) - 1));
    }

    private double MiddleOf(int index)
    {
        var (range, place) = (index >> bucketShift, index & ((1 << bucketShift) - 1));
        if (range == 0)
            return place;
        var width = 1ul << (range - 1);
        return ((double)width * ((1 << bucketShift) + place)) + ((width - 1) / 2.0);
    }
}
