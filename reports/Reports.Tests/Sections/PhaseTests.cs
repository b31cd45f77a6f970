using Lab.Contracts.Runs;
using Lab.Reports.Sections;

namespace Lab.Reports.Tests.Sections;

public sealed class PhaseTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static SpanEvent Span(string name, double start, double duration, char trace = '1', SampleRole role = SampleRole.Subject, string? node = "bm0") => new()
    {
        TraceId = new string(trace, 32), SpanId = new string('2', 16), Name = name, Operation = "boot", Role = role,
        Start = Start.AddSeconds(start), Duration = duration, Node = node,
    };

    [Fact]
    public void Spans_OfOneName_AreOnePhaseWithOverlapCountedOnce()
    {
        var phases = Phase.Of([Span("connect", 1, 2), Span("api", 0, 1), Span("connect", 2, 2), Span("connect", 6, 1)]);
        Assert.Collection(phases,
            phase => Assert.Equal(new Phase("api", 0, 1, 1), phase),
            phase => Assert.Equal(new Phase("connect", 1, 7, 4), phase));
    }

    [Fact]
    public void Operations_OfTwoBootsAndABaseline_HaveMediansPerPhase()
    {
        var operation = Assert.Single(OperationTimelines.Of(
        [
            Span("power", 10, 1), Span("kernel", 11, 2),
            Span("power", 20, 2, 'a'), Span("kernel", 22, 4, 'a'),
            Span("kernel", 30, 2, 'b', SampleRole.Baseline, null),
        ]));
        Assert.Equal(["bm0 #1", "bm0 #2", "baseline #1"], operation.Timelines.Select(timeline => timeline.Title));
        Assert.Equal([3, 6, 2], operation.Timelines.Select(timeline => timeline.Total));
        Assert.Equal(
            [new PhaseMedian("power", 2, 1.5, 0, null), new PhaseMedian("kernel", 2, 3, 1, 2)],
            operation.Medians);
    }
}
