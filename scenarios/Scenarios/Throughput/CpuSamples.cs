using Lab.Contracts.Runs;

namespace Lab.Scenarios.Throughput;

/// <summary>What a workload cost, beside its throughput. A baseline has a host, but neither SoC nor target.</summary>
internal static class CpuSamples
{
    public static void Add(
        IRunRecorder record, TimeProvider clock, string workload, IReadOnlyDictionary<string, double> cores, IReadOnlyDictionary<string, double> baseline)
    {
        foreach (var (whose, used) in cores)
        {
            var metric = new MetricRecorder(record, clock, MetricNames.CpuUsed, Units.Core, Better.Lower, new Dictionary<string, string>
            {
                [MetricNames.Dimensions.Of] = whose,
                [MetricNames.Dimensions.Workload] = workload,
            });
            metric.Subject(used);
            if (baseline.TryGetValue(whose, out var plain))
                metric.Baseline(plain);
        }
    }
}
