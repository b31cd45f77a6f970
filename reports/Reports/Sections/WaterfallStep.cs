using Lab.Contracts.Runs;

namespace Lab.Reports.Sections;

/// <summary>A phase of the typical operation: medians of its start and of its busy time, in seconds; null where no operation has it.</summary>
public sealed record WaterfallStep(string Phase, double? Start, double? Busy, double? BaselineStart, double? BaselineBusy)
{
    public static IReadOnlyList<WaterfallStep> Of(OperationTimelines operation) =>
        [.. operation.Medians.Select(median => new WaterfallStep(
            median.Phase,
            Median(operation, median.Phase, SampleRole.Subject, phase => phase.Start),
            median.Subject,
            Median(operation, median.Phase, SampleRole.Baseline, phase => phase.Start),
            median.Baseline))];

    private static double? Median(OperationTimelines operation, string name, SampleRole role, Func<Phase, double> pick)
    {
        double[] values = [.. operation.Timelines.Where(timeline => timeline.Role == role).SelectMany(timeline => timeline.Phases).Where(phase => phase.Name == name).Select(pick)];
        return values.Length == 0 ? null : Statistics.Summary.Of(values).Median;
    }
}
