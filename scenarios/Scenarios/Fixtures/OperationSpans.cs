using System.Diagnostics;
using Lab.Contracts.Runs;
using Lab.Harness.Launch;
using Lab.Harness.Processes;
using Lab.Harness.Tracing;

namespace Lab.Scenarios.Fixtures;

/// <summary>Takes the phases of one operation, as manager and agent told them, into the run record.</summary>
internal sealed class OperationSpans(RunningTestbed testbed, IRunRecorder record, string operation)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Waits until every one of <paramref name="phases"/> was told, and records them.</summary>
    public async Task<IReadOnlyList<CollectedSpan>> AddAsync(string traceId, IReadOnlyCollection<string> phases, string node, CancellationToken token)
    {
        var told = new List<CollectedSpan>();
        await Wait.UntilAsync($"the spans of {operation} {traceId}: {string.Join(", ", phases)}", Limit, _ =>
        {
            told = [.. testbed.Spans!.OfTrace(traceId).Where(s => phases.Contains(s.Name))];
            return Task.FromResult(phases.All(phase => told.Exists(s => s.Name == phase)));
        }, token);
        foreach (var span in told)
            Add(traceId, span.Name, span.Start, span.Duration, SampleRole.Subject, node);
        return told;
    }

    public void Add(string traceId, string phase, DateTimeOffset start, TimeSpan duration, SampleRole role, string node) => record.Add(new SpanEvent
    {
        TraceId = traceId,
        SpanId = ActivitySpanId.CreateRandom().ToHexString(),
        Name = phase,
        Operation = operation,
        Role = role,
        Start = start,
        Duration = duration.TotalSeconds,
        Node = node,
    });
}
