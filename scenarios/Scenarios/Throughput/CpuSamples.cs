using Lab.Contracts.Runs;

namespace Lab.Scenarios.Throughput;

/// <summary>What a workload cost, beside its throughput.</summary>
internal static class CpuSamples
{
    public static void Add(IRunRecorder record, TimeProvider clock, string workload, IReadOnlyDictionary<string, double> cores)
    {
        foreach (var (whose, used) in cores)
            new MetricRecorder(record, clock, MetricNames.CpuUsed, Units.Core, Better.Lower, new Dictionary<string, string>
            {
                [MetricNames.Dimensions.Of] = whose,
                [MetricNames.Dimensions.Workload] = workload,
            }).Subject(used);
    }
}
