using System.Globalization;
using Lab.Contracts.Runs;
using Lab.Harness.Launch;
using Lab.Interop.Linux;

namespace Lab.Harness.Measuring;

/// <summary>How quiet the machine is, from one look to the next. Not thread-safe.</summary>
public sealed class ConditionsMeter
{
    private const double HertzPerMegahertz = 1e6;

    private readonly TimeProvider clock;
    private readonly string proc;
    private readonly OwnCpuTime own;
    private readonly Func<TimeSpan?> clockError;
    private CoreTimes? before;
    private long beforeAt;

    internal ConditionsMeter(TimeProvider clock, string proc, OwnCpuTime own, Func<TimeSpan?> clockError)
    {
        this.clock = clock;
        this.proc = proc;
        this.own = own;
        this.clockError = clockError;
        Look();
    }

    /// <summary>All that does not belong to <paramref name="paths"/>'s testbed counts as others' load, other testbeds too.</summary>
    public static ConditionsMeter Of(TestbedPaths paths, TimeProvider clock)
    {
        var mark = new OwnerMark(
            paths.Root,
            $"{TestbedPaths.OwnerVariable}={paths.Testbed}",
            $"{TestbedPaths.OwnerVariable}={DockerService.Directory}",
            $"{TestbedPaths.SocVariable}={paths.Testbed}");
        return new ConditionsMeter(clock, "/proc", new OwnCpuTime(mark, Environment.ProcessId, "/proc"), KernelClock.MaximumError);
    }

    /// <summary>Since the look before.</summary>
    public MachineConditions Look()
    {
        var now = CoreTimes.TryRead(File.ReadAllText(Path.Combine(proc, "stat")), out var times) ? times : null;
        var ours = own.Since();
        var at = clock.GetTimestamp();
        var seconds = clock.GetElapsedTime(beforeAt, at).TotalSeconds;
        var (was, measurable) = (before, before is not null && now is not null && seconds > 0);
        (before, beforeAt) = (now, at);
        return new MachineConditions
        {
            StolenCores = measurable ? Math.Max(0, now!.Stolen - was!.Stolen) / seconds : null,
            OtherCores = measurable ? Math.Max(0, now!.Busy - was!.Busy - ours) / seconds : null,
            Frequency = Frequency(),
            ClockError = clockError()?.TotalSeconds,
        };
    }

    /// <summary>Mean of what /proc/cpuinfo tells of each core; null where it does not, as on Arm.</summary>
    private double? Frequency()
    {
        var megahertz = File.ReadLines(Path.Combine(proc, "cpuinfo"))
            .Where(line => line.StartsWith("cpu MHz", StringComparison.Ordinal))
            .Select(line => double.TryParse(line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture, out var value) ? value : double.NaN)
            .Where(double.IsFinite).ToList();
        return megahertz.Count == 0 ? null : megahertz.Average() * HertzPerMegahertz;
    }
}
