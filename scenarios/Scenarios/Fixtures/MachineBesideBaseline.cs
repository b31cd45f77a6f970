using Lab.Harness.Baseline;

namespace Lab.Scenarios.Fixtures;

/// <summary>A machine of the red tenant and a baseline host of the same shape, booted side by side.</summary>
public sealed record MachineBesideBaseline(Machine Machine, BaselineHost Host) : IAsyncDisposable
{
    public static async Task<MachineBesideBaseline> BootAsync(LabFixture lab, string name, CancellationToken token)
    {
        var (machine, host) = await SideBySide.BothAsync(
            Machine.BootAsync(lab, lab.Testbed.Red, name, [], token), lab.Baseline.BootHostAsync(0, token));
        return new MachineBesideBaseline(machine, host);
    }

    public async ValueTask DisposeAsync()
    {
        await using var machine = Machine;
        await Host.DisposeAsync();
    }
}
