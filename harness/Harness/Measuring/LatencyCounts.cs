using System.Text.Json;

namespace Lab.Harness.Measuring;

/// <summary>Counts of latencies as an emulator tells them: they only grow, so two readings tell what was between them.</summary>
/// <param name="Buckets">How many were about so many nanoseconds.</param>
public sealed record LatencyCounts(long Count, double SumNanoseconds, IReadOnlyDictionary<double, long> Buckets)
{
    private const double NanosecondsPerSecond = 1e9;

    public static LatencyCounts None { get; } = new(0, 0, new Dictionary<double, long>());

    /// <summary>Of nothing, none.</summary>
    public double MeanSeconds => Count == 0 ? 0 : SumNanoseconds / Count / NanosecondsPerSecond;

    /// <param name="histogram">"count", "sum_ns" and "buckets": [[ns, count], …].</param>
    public static LatencyCounts Parse(JsonElement histogram) => new(
        histogram.GetProperty("count").GetInt64(),
        histogram.GetProperty("sum_ns").GetDouble(),
        histogram.GetProperty("buckets").EnumerateArray().ToDictionary(bucket => bucket[0].GetDouble(), bucket => bucket[1].GetInt64()));

    public LatencyCounts Since(LatencyCounts before) => new(
        Count - before.Count,
        SumNanoseconds - before.SumNanoseconds,
        Buckets.Select(bucket => (bucket.Key, Count: bucket.Value - before.Buckets.GetValueOrDefault(bucket.Key)))
            .Where(bucket => bucket.Count > 0).ToDictionary(bucket => bucket.Key, bucket => bucket.Count));

    /// <summary>The latency that a share of all do not exceed (nearest rank); of nothing, none.</summary>
    public double QuantileSeconds(double share)
    {
        var rank = (long)Math.Ceiling(share * Buckets.Values.Sum());
        foreach (var (nanoseconds, count) in Buckets.OrderBy(bucket => bucket.Key))
        {
            rank -= count;
            if (rank <= 0)
                return nanoseconds / NanosecondsPerSecond;
        }
        return 0;
    }
}
