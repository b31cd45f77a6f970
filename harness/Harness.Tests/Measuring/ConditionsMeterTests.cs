using System.Diagnostics;
using Lab.Contracts.Runs;
using Lab.Harness.Launch;
using Lab.Harness.Measuring;
using Lab.Harness.Processes;
using Lab.Harness.Tests.Fixtures;
using Lab.Harness.Tests.Launch;

namespace Lab.Harness.Tests.Measuring;

public sealed class ConditionsMeterTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Look_TellsWhatHappenedSinceTheLookBefore()
    {
        using var proc = new FakeProc();
        var clock = new ManualTime();
        TimeSpan? error = null;
        proc.Process(10, 1, 100);
        proc.Cpu(1000, 50, 10);
        var meter = new ConditionsMeter(clock, proc.Root, new OwnCpuTime(new OwnerMark("/run/lab/t"), 10, proc.Root), () => error);

        clock.Advance(TimeSpan.FromSeconds(10));
        error = TimeSpan.FromMilliseconds(3);
        proc.Cpu(1000 + 1500, 500, 10 + 400);
        proc.Process(10, 1, 100 + 900);
        var conditions = meter.Look();

        Assert.Equal(0.6, conditions.OtherCores!.Value, 1e-9);
        Assert.Equal(0.4, conditions.StolenCores!.Value, 1e-9);
        Assert.Equal(2.50025e9, conditions.Frequency!.Value, 1);
        Assert.Equal(0.003, conditions.ClockError!.Value, 1e-9);

        clock.Advance(TimeSpan.FromSeconds(2));
        error = null;
        // More of ours than of all: the two are not read in the same moment.
        proc.Process(10, 1, 1010);
        conditions = meter.Look();
        Assert.Equal(0, conditions.OtherCores);
        Assert.Equal(0, conditions.StolenCores);
        Assert.Null(conditions.ClockError);
    }

    [Fact]
    public void Look_WithoutTimeBetween_TellsNoLoad()
    {
        using var proc = new FakeProc();
        var meter = new ConditionsMeter(new ManualTime(), proc.Root, new OwnCpuTime(new OwnerMark("/run/lab/t"), 10, proc.Root), () => null);
        Assert.Null(meter.Look().OtherCores);
    }

    [Fact]
    public async Task Look_OnThisMachine_TellsALoadThatIsOthersFromOneThatIsOurs()
    {
        await using var testbed = new MadeUpTestbed();
        // The first is nobody's child, and no mark is on it; the second is nobody's child either and bears the testbed's mark.
        var other = await SpinAsync(null);
        try
        {
            var meter = ConditionsMeter.Of(testbed.Paths, TimeProvider.System);
            var withOther = await OverASecondAsync(meter);
            await Tool.RunAsync("kill", ["-KILL", other], Token);
            other = "";
            var spinner = await SpinAsync(testbed.Paths.Testbed);
            var ours = await BesideAsync(spinner, () => OverASecondAsync(meter));

            // Other programs run on this machine too, so the load that others make has no upper bound here.
            Assert.True(withOther.OtherCores > 0.2, $"{withOther.OtherCores} cores");
            Assert.True(ours.Conditions.OtherCores <= ours.Busy + 0.05, $"{ours.Conditions.OtherCores} cores of others, with {ours.Busy} busy beside ours");
        }
        finally
        {
            if (other.Length > 0)
                await Tool.TryRunAsync("kill", ["-KILL", other], Token);
        }
    }

    [Fact]
    public void Look_OnThisMachine_TakesMilliseconds()
    {
        var meter = ConditionsMeter.Of(new TestbedPaths("nobody"), TimeProvider.System);
        var took = Enumerable.Range(0, 10).Select(_ =>
        {
            var started = Stopwatch.GetTimestamp();
            meter.Look();
            return Stopwatch.GetElapsedTime(started);
        }).Min();
        Assert.True(took < TimeSpan.FromMilliseconds(25), $"{took.TotalMilliseconds} ms");
    }

    private static async Task<MachineConditions> OverASecondAsync(ConditionsMeter meter)
    {
        meter.Look();
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, Token);
        return meter.Look();
    }

    /// <summary>Cores that all but the spinner kept busy meanwhile, by the first line of /proc/stat and the spinner's own.</summary>
    private static async Task<(MachineConditions Conditions, double Busy)> BesideAsync(string spinner, Func<Task<MachineConditions>> work)
    {
        (double All, double Ours) Read()
        {
            Assert.True(CoreTimes.TryRead(File.ReadAllText("/proc/stat"), out var all));
            Assert.True(ProcessTimes.TryRead(File.ReadAllText($"/proc/{spinner}/stat"), out var ours));
            return (all.Busy, ours.Ticks / ProcessTimes.PerSecond);
        }

        var (before, started) = (Read(), Stopwatch.GetTimestamp());
        var result = await work();
        var (after, seconds) = (Read(), Stopwatch.GetElapsedTime(started).TotalSeconds);
        Assert.True(after.Ours > before.Ours, "the spinner got no time");
        return (result, (after.All - before.All - (after.Ours - before.Ours)) / seconds);
    }

    private static async Task<string> SpinAsync(string? owner)
    {
        var file = Path.GetTempFileName();
        var start = new ProcessStartInfo("setsid", ["--fork", "sh", "-c", $"echo $$ > {file}.pid; while :; do :; done"]);
        start.Environment.Remove(TestbedPaths.OwnerVariable);
        if (owner is not null)
            start.Environment[TestbedPaths.OwnerVariable] = owner;
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(Token);
        await Wait.UntilAsync("the spinner's id", TimeSpan.FromSeconds(20), _ => Task.FromResult(File.Exists(file + ".pid") && new FileInfo(file + ".pid").Length > 1), Token);
        var id = (await File.ReadAllTextAsync(file + ".pid", Token)).Trim();
        File.Delete(file);
        File.Delete(file + ".pid");
        return id;
    }
}
