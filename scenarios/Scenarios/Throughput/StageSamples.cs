using Lab.Contracts.Runs;
using Lab.Harness.Measuring;

namespace Lab.Scenarios.Throughput;

/// <summary>Where a workload's microseconds went, beside its throughput.</summary>
internal static class StageSamples
{
    /// <param name="guestSeconds">Mean time of a request as the guest saw it.</param>
    public static void Add(IRunRecorder record, TimeProvider clock, string workload, StageReading reading, double guestSeconds)
    {
        foreach (var time in reading.Times(guestSeconds))
        {
            Add(MetricNames.DiskStage, time.Mean);
            Add(MetricNames.DiskStageMedian, time.Median);
            Add(MetricNames.DiskStageP99, time.P99);

            void Add(string metric, double? seconds)
            {
                if (seconds is not { } value)
                    return;
                new MetricRecorder(record, clock, metric, Units.Second, Better.None, new Dictionary<string, string>
                {
                    [MetricNames.Dimensions.Stage] = time.Stage,
                    [MetricNames.Dimensions.Workload] = workload,
                }).Subject(value);
            }
        }
    }
}
