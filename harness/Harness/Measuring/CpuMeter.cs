using System.Globalization;
using Lab.Harness.Launch;

namespace Lab.Harness.Measuring;

/// <summary>CPU time of a node's SoC, of its host and of the storage target, read beside a workload.</summary>
public sealed class CpuMeter(RunningTestbed testbed, string node)
{
    /// <summary>proc(5) counts in hundredths of a second on every Linux this runs on (USER_HZ).</summary>
    private const double TicksPerSecond = 100;

    /// <returns>Cores kept busy while <paramref name="work"/> ran, by whose: soc, host, target.</returns>
    public async Task<(T Result, IReadOnlyDictionary<string, double> Cores)> MeasureAsync<T>(Func<Task<T>> work, CancellationToken token)
    {
        var before = await ReadAsync(token);
        var started = testbed.Clock.GetTimestamp();
        var result = await work();
        var seconds = testbed.Clock.GetElapsedTime(started).TotalSeconds;
        var after = await ReadAsync(token);
        return (result, before.ToDictionary(b => b.Key, b => Math.Max(0, after[b.Key] - b.Value) / seconds));
    }

    private async Task<Dictionary<string, double>> ReadAsync(CancellationToken token) => new()
    {
        ["soc"] = (await testbed.Soc(node).CpuTimeAsync(token)).TotalSeconds,
        ["host"] = OfProcess(testbed.HostProcessId(node)),
        ["target"] = OfProcess(testbed.Plane.Storage.ProcessId ?? throw new LabException("the storage target does not run")),
    };

    private static double OfProcess(int processId)
    {
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        // Fields 14 and 15, user and system time, counted from behind the command's parenthesis (field 3 is first there).
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}
