using Lab.Contracts.Runs;
using Lab.Harness.Measuring;

namespace Lab.Scenarios.Throughput;

/// <summary>What a workload cost, beside its throughput. A baseline has a host, but neither SoC nor target.</summary>
internal static class ResourceSamples
{
    public static void Add(IRunRecorder record, TimeProvider clock, string workload, IReadOnlyList<ResourceUse> uses, IReadOnlyList<ResourceUse> baseline)
    {
        foreach (var use in uses)
        {
            // Less CPU is better; memory and bytes moved are only observed.
            var better = use.Metric == MetricNames.CpuUsed ? Better.Lower : Better.None;
            var metric = new MetricRecorder(record, clock, use.Metric, use.Unit, better, new Dictionary<string, string>
            {
                [MetricNames.Dimensions.Of] = use.Of,
                [MetricNames.Dimensions.Workload] = workload,
            });
            metric.Subject(use.Value);
            if (baseline.FirstOrDefault(plain => (plain.Metric, plain.Of) == (use.Metric, use.Of)) is { } plain)
                metric.Baseline(plain.Value);
        }
    }
}
