using System.Diagnostics;
using Lab.Contracts.Runs;
using Lab.Contracts.Telemetry;
using Lab.Scenarios.Fixtures;

namespace Lab.Scenarios.Boot;

/// <summary>
/// From the API request to a shell, split by phase. Baseline: the same image on a local virtio-blk disk of the same domain shape, no
/// manager, no DPU. Subject and baseline alternate, so that both meet the same machine.
/// </summary>
public sealed class BootScenario(LabFixture lab) : Scenario(lab)
{
    private static readonly string[] TracedPhases =
        [OperationActivities.Api, OperationActivities.Schedule, OperationActivities.Clone, OperationActivities.Connect, OperationActivities.Present, OperationActivities.Power];

    private OperationSpans Spans => new(Testbed, Record, MetricNames.Operations.Boot);

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

            var name = $"boot-{boot}";
            await using var machine = await MeasuredAsync(() => Machine.BootAsync(Lab, Testbed.Red, name, [], Token), total);
            total.Subject(machine.Marks.TotalSeconds, new Dictionary<string, string> { ["node"] = machine.Node });
            await AddTracedPhasesAsync(machine);
        }
    });

    private async Task AddTracedPhasesAsync(Machine machine)
    {
        var trace = machine.Marks.TraceId ?? throw new Lab.Harness.LabException("the boot was not traced");
        var told = await Spans.AddAsync(trace, TracedPhases, machine.Node, Token);
        var power = told.Last(s => s.Name == OperationActivities.Power);
        AddConsolePhases(machine.Marks, power.Start + power.Duration, SampleRole.Subject, machine.Node, trace);
    }

    private void AddConsolePhases(BootMarks marks, DateTimeOffset poweredOn, SampleRole role, string node, string trace)
    {
        // The firmware may speak before the one who switched power on has noted it.
        var firmware = poweredOn < marks.Firmware ? poweredOn : marks.Firmware;
        Spans.Add(trace, OperationActivities.Firmware, firmware, marks.Firmware - firmware, role, node);
        Spans.Add(trace, OperationActivities.Bootloader, marks.Firmware, marks.BootLoader - marks.Firmware, role, node);
        Spans.Add(trace, OperationActivities.Kernel, marks.BootLoader, marks.Kernel - marks.BootLoader, role, node);
        Spans.Add(trace, OperationActivities.Ready, marks.Kernel, marks.Ready - marks.Kernel, role, node);
    }
}
