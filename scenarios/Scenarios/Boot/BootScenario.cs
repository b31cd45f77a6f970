using System.Diagnostics;
using Lab.Contracts.Runs;
using Lab.Contracts.Telemetry;
using Lab.Harness.Processes;
using Lab.Scenarios.Fixtures;

namespace Lab.Scenarios.Boot;

/// <summary>
/// From the API request to a shell, split by phase. Baseline: the same image on a local virtio-blk disk of the same domain shape, no
/// manager, no DPU. Subject and baseline alternate, so that both meet the same machine.
/// </summary>
public sealed class BootScenario(LabFixture lab) : Scenario(lab)
{
    private static readonly TimeSpan SpansLimit = TimeSpan.FromSeconds(10);
    private static readonly string[] TracedPhases =
        [OperationActivities.Api, OperationActivities.Schedule, OperationActivities.Clone, OperationActivities.Connect, OperationActivities.Present, OperationActivities.Power];

    [Fact, Trait("suite", "smoke"), Trait("suite", "nightly")]
    public Task Boot_FromCloudVolume_ReachesShell() => RunAsync("boot-from-cloud-volume", "boot", async () =>
    {
        var total = new MetricRecorder(Record, Lab.Clock, MetricNames.BootTotal, Units.Second, Better.Lower);
        for (var boot = 0; boot < Parameters.Boots; boot++)
        {
            var (host, baseline) = await Lab.Baseline.BootAsync(0, Token);
            await host.DisposeAsync();
            total.Baseline(baseline.TotalSeconds);
            AddConsolePhases(baseline, baseline.Requested, SampleRole.Baseline, host.Name, ActivityTraceId.CreateRandom().ToHexString());

            await using var machine = await Machine.BootAsync(Lab, Testbed.Red, $"boot-{boot}", [], Token);
            total.Subject(machine.Marks.TotalSeconds, new Dictionary<string, string> { ["node"] = machine.Node });
            await AddTracedPhasesAsync(machine);
        }
    });

    private async Task AddTracedPhasesAsync(Machine machine)
    {
        var trace = machine.Marks.TraceId ?? throw new Lab.Harness.LabException("the boot was not traced");
        await Wait.UntilAsync($"the spans of boot {trace}: {string.Join(", ", TracedPhases)}", SpansLimit, _ =>
        {
            var seen = Testbed.Spans!.OfTrace(trace).Select(s => s.Name).ToHashSet();
            return Task.FromResult(TracedPhases.All(seen.Contains));
        }, Token);
        var poweredOn = machine.Marks.Requested;
        foreach (var span in Testbed.Spans!.OfTrace(trace).Where(s => TracedPhases.Contains(s.Name)))
        {
            AddPhase(trace, span.Name, span.Start, span.Duration, SampleRole.Subject, machine.Node);
            if (span.Name == OperationActivities.Power)
                poweredOn = span.Start + span.Duration;
        }
        AddConsolePhases(machine.Marks, poweredOn, SampleRole.Subject, machine.Node, trace);
    }

    private void AddConsolePhases(BootMarks marks, DateTimeOffset poweredOn, SampleRole role, string node, string trace)
    {
        // The firmware may speak before the one who switched power on has noted it.
        var firmware = poweredOn < marks.Firmware ? poweredOn : marks.Firmware;
        AddPhase(trace, OperationActivities.Firmware, firmware, marks.Firmware - firmware, role, node);
        AddPhase(trace, OperationActivities.Bootloader, marks.Firmware, marks.BootLoader - marks.Firmware, role, node);
        AddPhase(trace, OperationActivities.Kernel, marks.BootLoader, marks.Kernel - marks.BootLoader, role, node);
        AddPhase(trace, OperationActivities.Ready, marks.Kernel, marks.Ready - marks.Kernel, role, node);
    }

    private void AddPhase(string trace, string phase, DateTimeOffset start, TimeSpan duration, SampleRole role, string node) => Record.Add(new SpanEvent
    {
        TraceId = trace,
        SpanId = ActivitySpanId.CreateRandom().ToHexString(),
        Name = phase,
        Operation = MetricNames.Operations.Boot,
        Role = role,
        Start = start,
        Duration = duration.TotalSeconds,
        Node = node,
    });
}
