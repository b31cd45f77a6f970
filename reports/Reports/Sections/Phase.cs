using Lab.Contracts.Runs;

namespace Lab.Reports.Sections;

/// <summary>A phase within one operation, in seconds from the operation's first span. Spans of the same name are one phase.</summary>
/// <param name="Busy">Time covered by the phase's spans, overlaps counted once; at most the whole length of the phase.</param>
public sealed record Phase(string Name, double Start, double End, double Busy)
{
    public static IReadOnlyList<Phase> Of(IReadOnlyCollection<SpanEvent> spans)
    {
        var origin = spans.Min(span => span.Start);
        return [.. spans
            .GroupBy(span => span.Name)
            .Select(group => Merge(group.Key, [.. group.Select(span => Interval(span, origin)).OrderBy(interval => interval.Start)]))
            .OrderBy(phase => PhaseOrder.Of(phase.Name))
            .ThenBy(phase => phase.Start)];
    }

    private static (double Start, double End) Interval(SpanEvent span, DateTimeOffset origin)
    {
        var start = (span.Start - origin).TotalSeconds;
        return (start, start + span.Duration);
    }

    private static Phase Merge(string name, List<(double Start, double End)> intervals)
    {
        var (busy, end) = (0.0, intervals[0].Start);
        foreach (var interval in intervals)
        {
            busy += Math.Max(0, interval.End - Math.Max(interval.Start, end));
            end = Math.Max(end, interval.End);
        }

        return new Phase(name, intervals[0].Start, end, busy);
    }
}
