using System.Globalization;
using Lab.Contracts.Runs;
using Lab.Harness.Launch;

namespace Lab.Harness.Measuring;

/// <summary>CPU time read beside a workload: of whom, and how it is read.</summary>
public sealed class CpuMeter
{
    /// <summary>proc(5) counts in hundredths of a second on every Linux this runs on (USER_HZ).</summary>
    private const double TicksPerSecond = 100;

    private readonly TimeProvider clock;
    private readonly IReadOnlyDictionary<string, Func<CancellationToken, Task<double>>> readers;

    private CpuMeter(TimeProvider clock, IReadOnlyDictionary<string, Func<CancellationToken, Task<double>>> readers)
    {
        this.clock = clock;
        this.readers = readers;
    }

    /// <summary>Of a node's SoC, of its host and of the storage target.</summary>
    public static CpuMeter OfNode(RunningTestbed testbed, string node) => new(testbed.Clock, new Dictionary<string, Func<CancellationToken, Task<double>>>
    {
        [MetricNames.Dimensions.OfSoc] = async token => (await testbed.Soc(node).CpuTimeAsync(token)).TotalSeconds,
        [MetricNames.Dimensions.OfHost] = _ => Task.FromResult(OfProcess(testbed.HostProcessId(node))),
        [MetricNames.Dimensions.OfTarget] = _ => Task.FromResult(
            OfProcess(testbed.Plane.Storage.ProcessId ?? throw new LabException("the storage target does not run"))),
    });

    /// <summary>Of a host that has nothing beside it.</summary>
    public static CpuMeter OfHost(TimeProvider clock, int processId) => new(clock, new Dictionary<string, Func<CancellationToken, Task<double>>>
    {
        [MetricNames.Dimensions.OfHost] = _ => Task.FromResult(OfProcess(processId)),
    });

    /// <returns>Cores kept busy while <paramref name="work"/> ran, by whose.</returns>
    public async Task<(T Result, IReadOnlyDictionary<string, double> Cores)> MeasureAsync<T>(Func<Task<T>> work, CancellationToken token)
    {
        var before = await ReadAsync(token);
        var started = clock.GetTimestamp();
        var result = await work();
        var seconds = clock.GetElapsedTime(started).TotalSeconds;
        var after = await ReadAsync(token);
        return (result, before.ToDictionary(b => b.Key, b => Math.Max(0, after[b.Key] - b.Value) / seconds));
    }

    private async Task<Dictionary<string, double>> ReadAsync(CancellationToken token)
    {
        var seconds = new Dictionary<string, double>();
        foreach (var (whose, read) in readers)
            seconds[whose] = await read(token);
        return seconds;
    }

    private static double OfProcess(int processId)
    {
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        // Fields 14 and 15, user and system time, counted from behind the command's parenthesis (field 3 is first there).
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}
