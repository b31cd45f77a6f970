using Lab.Contracts.Runs;
using Lab.Harness.Power;
using Lab.Scenarios.Fixtures;

namespace Lab.Scenarios.Bmc;

/// <summary>
/// What a BMC adds to switching a host: on, reset and off, asked over each of its fronts. Baseline: libvirt is asked for the same of the
/// same host. Fronts and baseline take turns, so that all meet the same machine.
/// </summary>
public sealed class PowerScenario(LabFixture lab) : Scenario(lab)
{
    private const int OperationRounds = 3;

    [Fact, Trait("suite", "bmc"), Trait("suite", "nightly")]
    public Task PowerOn_OverEachFront_HostRuns() => RunAsync("bmc-power-on", "bmc", async () =>
    {
        await using var host = await SwitchedHost.DeployAsync(Lab, "bmc-power-on", Token);
        for (var round = 0; round < Parameters.PowerRounds; round++)
        {
            Metric(MetricNames.BmcPowerOn).Baseline(await host.UntilFirmwareAsync(host.Libvirt.SwitchOnAsync, Token));
            await host.CutAsync(Token);
            foreach (var front in host.Fronts)
            {
                await SubjectAsync(MetricNames.BmcPowerOn, front, () => host.UntilFirmwareAsync(front.SwitchOnAsync, Token));
                await ObservePowerAsync(host, front, expected: true);
                await host.CutAsync(Token);
            }
        }
    });

    [Fact, Trait("suite", "bmc")]
    public Task ResetAndShutdown_OverEachFront_HostObeys() => RunAsync("bmc-reset-and-shutdown", "bmc", async () =>
    {
        await using var host = await SwitchedHost.DeployAsync(Lab, "bmc-reset", Token);
        for (var round = 0; round < OperationRounds; round++)
        {
            await BootAsync(host);
            Metric(MetricNames.BmcReset).Baseline(await ResetAsync(host, host.Libvirt));
            Metric(MetricNames.BmcShutdown).Baseline(await host.UntilOffAsync(host.Libvirt.ShutDownAsync, Token));
            foreach (var front in host.Fronts)
            {
                await BootAsync(host);
                await SubjectAsync(MetricNames.BmcReset, front, () => ResetAsync(host, front));
                await SubjectAsync(MetricNames.BmcShutdown, front, () => host.UntilOffAsync(front.ShutDownAsync, Token));
                await ObservePowerAsync(host, front, expected: false);
            }
        }
    });

    private static async Task BootAsync(SwitchedHost host)
    {
        var from = host.ConsolePosition;
        await host.Libvirt.SwitchOnAsync(Token);
        await host.WaitForGuestAsync(from, Token);
    }

    /// <summary>A reset, with what the next operation needs: a guest that hears the power button.</summary>
    private static async Task<double> ResetAsync(SwitchedHost host, IPowerFront front)
    {
        var from = host.ConsolePosition;
        var seconds = await host.UntilFirmwareAsync(front.ResetAsync, Token);
        await host.WaitForGuestAsync(from, Token);
        return seconds;
    }

    private async Task SubjectAsync(string metric, IPowerFront front, Func<Task<double>> operation)
    {
        var recorder = Metric(metric, new Dictionary<string, string> { [MetricNames.Dimensions.Front] = front.Name });
        recorder.Subject(await MeasuredAsync(operation, recorder));
    }

    private MetricRecorder Metric(string name, IReadOnlyDictionary<string, string>? dimensions = null) =>
        new(Record, Lab.Clock, name, Units.Second, Better.Lower, dimensions);

    /// <summary>Every front tells what was brought about by one of them.</summary>
    private async Task ObservePowerAsync(SwitchedHost host, IPowerFront by, bool expected)
    {
        foreach (var front in host.Fronts)
        {
            var isOn = await SwitchedHost.TellsAsync(front, expected, Token);
            Observe(new Check
            {
                Name = $"power told by {front.Name} after {by.Name}",
                Expected = Text(expected),
                Observed = Text(isOn),
                Passed = isOn == expected,
            });
        }
    }

    private static string Text(bool isOn) => isOn ? "on" : "off";
}
