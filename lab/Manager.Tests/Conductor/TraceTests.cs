using System.Collections.Concurrent;
using System.Diagnostics;
using Lab.Contracts.Telemetry;
using Lab.Manager.Tests.Fixtures;

namespace Lab.Manager.Tests.Conductor;

public sealed class TraceTests
{
    [Fact]
    public async Task Deploy_AskedForWithATrace_ReportsItsPhasesInIt()
    {
        var phases = new ConcurrentQueue<(string Name, string Trace)>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == OperationActivities.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => phases.Enqueue((activity.OperationName, activity.TraceId.ToHexString())),
        };
        ActivitySource.AddActivityListener(listener);
        await using var cloud = await ComputeCloud.StartAsync();
        var agent = await cloud.AddNodeAsync();
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        cloud.Red.DefaultRequestHeaders.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom().ToHexString()}-01");

        var id = await ComputeCloud.CreateServerAsync(cloud.Red);
        cloud.Red.DefaultRequestHeaders.Remove("traceparent");
        await ComputeCloud.ServerStatusAsync(cloud.Red, id, "ACTIVE");

        Assert.Contains(trace, agent.Last!.TraceParent, StringComparison.Ordinal);
        Assert.Equal(
            [OperationActivities.Api, OperationActivities.Schedule, OperationActivities.Clone, OperationActivities.Connect],
            phases.Where(p => p.Trace == trace).Select(p => p.Name).Order(Comparer<string>.Create((a, b) => IndexOf(a) - IndexOf(b))));
    }

    private static int IndexOf(string phase) => OperationActivities.InOrder.ToList().IndexOf(phase);
}
