using Lab.Contracts.Runs;

namespace Lab.Reports.Sections;

/// <summary>One operation, for example one boot, split into its phases.</summary>
/// <param name="Total">Seconds from the first span's start to the last one's end.</param>
public sealed record Timeline(string Title, SampleRole Role, string? Node, DateTimeOffset Start, double Total, IReadOnlyList<Phase> Phases);

/// <summary>Median length of a phase, in seconds, over the operations that went through it; null where none did.</summary>
public sealed record PhaseMedian(string Phase, int Subjects, double? Subject, int Baselines, double? Baseline);

/// <summary>All operations of one kind.</summary>
public sealed record OperationTimelines(string Operation, IReadOnlyList<Timeline> Timelines, IReadOnlyList<PhaseMedian> Medians)
{
    public static IReadOnlyList<OperationTimelines> Of(IEnumerable<SpanEvent> events) =>
        [.. events
            .GroupBy(span => span.Operation)
            .OrderBy(group => group.Key == MetricNames.Operations.Boot ? 0 : 1)
            .ThenBy(group => group.Key, StringComparer.Ordinal)
            .Select(Build)];

    private static OperationTimelines Build(IGrouping<string, SpanEvent> operation)
    {
        var timelines = operation
            .GroupBy(span => (span.TraceId, span.Role))
            .Select(trace => (trace.Key.Role, Spans: trace.ToList()))
            .OrderBy(trace => trace.Role)
            .ThenBy(trace => trace.Spans.Min(span => span.Start))
            .ToList();
        var numbers = new Dictionary<(SampleRole, string?), int>();
        var titled = timelines.Select(trace => Titled(trace.Role, trace.Spans, numbers)).ToList();
        return new OperationTimelines(operation.Key, titled, MediansOf(titled));
    }

    private static Timeline Titled(SampleRole role, List<SpanEvent> spans, Dictionary<(SampleRole, string?), int> numbers)
    {
        var node = spans.Select(span => span.Node).FirstOrDefault(name => name is not null);
        var number = numbers[(role, node)] = numbers.GetValueOrDefault((role, node)) + 1;
        var start = spans.Min(span => span.Start);
        var what = role == SampleRole.Baseline ? "baseline" : node ?? "run";
        var total = spans.Max(span => (span.Start - start).TotalSeconds + span.Duration);
        return new Timeline($"{what} #{number}", role, node, start, total, Phase.Of(spans));
    }

    private static List<PhaseMedian> MediansOf(List<Timeline> timelines)
    {
        double[] Busy(string phase, SampleRole role) =>
            [.. timelines.Where(timeline => timeline.Role == role)
                .SelectMany(timeline => timeline.Phases)
                .Where(part => part.Name == phase)
                .Select(part => part.Busy)];
        static double? Median(double[] values) => values.Length == 0 ? null : Statistics.Summary.Of(values).Median;

        return [.. timelines.SelectMany(timeline => timeline.Phases).Select(phase => phase.Name).Distinct()
            .OrderBy(PhaseOrder.Of)
            .Select(phase =>
            {
                var (subject, baseline) = (Busy(phase, SampleRole.Subject), Busy(phase, SampleRole.Baseline));
                return new PhaseMedian(phase, subject.Length, Median(subject), baseline.Length, Median(baseline));
            })];
    }
}
