using System.Text.Json;
using Lab.Contracts.Runs;

namespace Lab.Harness.Measuring;

/// <summary>What a request of a volume spends in a stage, in seconds.</summary>
/// <param name="Stage">One of <see cref="MetricNames.Stages"/>.</param>
/// <param name="Mean">Null for several stages together: the means of all others add up to the whole.</param>
/// <param name="Median">Null where only the mean is known, because it is what two others leave between them.</param>
public sealed record StageTime(string Stage, double? Mean, double? Median, double? P99);

/// <summary>What DPU and storage target have counted of a volume's requests, of a sample of them.</summary>
/// <param name="Stages">Of the DPU, by stage.</param>
/// <param name="Total">All that the DPU saw.</param>
/// <param name="Target">All that the target saw, <paramref name="Store"/> with it.</param>
public sealed record StageReading(IReadOnlyDictionary<string, LatencyCounts> Stages, LatencyCounts Total, LatencyCounts Target, LatencyCounts Store)
{
    private const double P99 = 0.99;

    /// <param name="dpu">Of bdev_get_latency_stages.</param>
    /// <param name="target">Of the target's volumes/ID/times.</param>
    public static StageReading Parse(JsonElement dpu, JsonElement target) => new(
        dpu.GetProperty("stages").EnumerateObject().ToDictionary(stage => stage.Name, stage => LatencyCounts.Parse(stage.Value)),
        dpu.GetProperty("total") is { ValueKind: JsonValueKind.Object } total ? LatencyCounts.Parse(total) : LatencyCounts.None,
        LatencyCounts.Parse(target.GetProperty("target")),
        LatencyCounts.Parse(target.GetProperty("store")));

    public StageReading Since(StageReading before) => new(
        Stages.ToDictionary(stage => stage.Key, stage => stage.Value.Since(before.Stages.GetValueOrDefault(stage.Key, LatencyCounts.None))),
        Total.Since(before.Total), Target.Since(before.Target), Store.Since(before.Store));

    /// <summary>
    /// Where a request's time goes. The wire is what the DPU waited less what the target took, the guest what it saw itself less what the DPU
    /// saw: of neither is more known than the mean. Samples are not of the same requests, so that a difference may come out below zero where
    /// there is none; it is none then.
    /// </summary>
    /// <param name="guestSeconds">Mean time of a request as the guest saw it.</param>
    public IReadOnlyList<StageTime> Times(double guestSeconds)
    {
        var times = new List<StageTime> { Difference(MetricNames.Stages.Guest, guestSeconds, Total.MeanSeconds) };
        foreach (var (stage, counts) in Stages)
            if (stage == MetricNames.Stages.Remote && Target.Count > 0)
                times.AddRange(
                    Difference(MetricNames.Stages.Wire, counts.MeanSeconds, Target.MeanSeconds),
                    Difference(MetricNames.Stages.Target, Math.Min(Target.MeanSeconds, counts.MeanSeconds), Store.MeanSeconds),
                    Stage(MetricNames.Stages.Store, Store),
                    Span(stage, counts),
                    Span(MetricNames.Stages.Served, Target));
            else if (counts.Count > 0)
                times.Add(Stage(stage, counts));
        times.Add(Span(MetricNames.Stages.Dpu, Total));
        return times;
    }

    private static StageTime Stage(string name, LatencyCounts counts) => Span(name, counts) with { Mean = counts.MeanSeconds };

    private static StageTime Span(string name, LatencyCounts counts) => new(name, null, counts.QuantileSeconds(0.5), counts.QuantileSeconds(P99));

    private static StageTime Difference(string name, double whole, double part) => new(name, Math.Max(0, whole - part), null, null);
}
