using System.Runtime.InteropServices;
using Lab.Emulators.Statistics;

namespace Lab.Emulators.Tests.Statistics;

public sealed class LatencyHistogramTests
{
    private const long Nanoseconds = 1_000_000_000;

    /// <summary>Buckets as SPDK's scripts/histogram.py takes them apart.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(127, 127)]
    [InlineData(128, 128)]
    [InlineData(255, 255)]
    [InlineData(256, 256)]
    [InlineData(257, 256)]
    [InlineData(1000, (3 * 128) + 122)]
    public void Latency_FallsIntoSpdksBucket(long ticks, int bucket)
    {
        var histogram = new LatencyHistogram(Nanoseconds);
        histogram.Record(ticks);
        var buckets = MemoryMarshal.Cast<byte, long>(Convert.FromBase64String(histogram.ToBase64())).ToArray();
        Assert.Equal(58 * 128, buckets.Length);
        Assert.Equal(bucket, Array.FindIndex(buckets, b => b != 0));
        Assert.Equal(1, buckets.Sum());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(63, 63)]
    [InlineData(1000, 999.5)]
    [InlineData(1_000_000, 1007615.5)]
    public void Json_OfALatency_IsTheMiddleOfItsBucket(long ticks, double middle)
    {
        var histogram = new LatencyHistogram(Nanoseconds, bucketShift: 5);
        histogram.Record(ticks);
        histogram.Record(ticks);
        var json = histogram.ToJson();
        Assert.Equal(2, (long)json["count"]!);
        Assert.Equal(2 * ticks, (long)(double)json["sum_ns"]!);
        var bucket = Assert.Single(json["buckets"]!.AsArray());
        Assert.Equal(middle, (double)bucket![0]!);
        Assert.Equal(2, (long)bucket[1]!);
        Assert.InRange((double)ticks - middle, -ticks / 32.0, ticks / 32.0);
    }

    [Fact]
    public void Json_IsInNanoseconds_WhateverTheClockCounts()
    {
        var histogram = new LatencyHistogram(ticksPerSecond: 10_000_000);
        histogram.Record(5);
        var json = histogram.ToJson();
        Assert.Equal(500, (double)json["sum_ns"]!);
        Assert.Equal(500, (double)json["buckets"]![0]![0]!);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(LatencyHistogram.SpdkBucketShift)]
    public void Latency_OfAnyLength_HasABucket(int bucketShift)
    {
        var histogram = new LatencyHistogram(Nanoseconds, bucketShift);
        for (var shift = 0; shift < 63; shift++)
            histogram.Record(1L << shift);
        histogram.Record(long.MaxValue);
        histogram.Record(-1);
        Assert.Equal(65, (long)histogram.ToJson()["count"]!);
    }
}
