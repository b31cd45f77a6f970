using Lab.Contracts.Runs;
using Lab.Harness.Launch;

namespace Lab.Harness.Measuring;

/// <summary>How much of a resource somebody used while a workload ran.</summary>
/// <param name="Of">Who: one of <see cref="MetricNames.Dimensions.OfSoc"/>, OfHost, OfTarget.</param>
public sealed record ResourceUse(string Metric, string Unit, string Of, double Value);

/// <summary>CPU, memory, network and storage read beside a workload: of whom, and how they are read.</summary>
public sealed class ResourceMeter
{
    /// <summary>The DPU's port to the fabric.</summary>
    private const string Uplink = "p0";

    private readonly TimeProvider clock;
    private readonly IReadOnlyList<Func<CancellationToken, Task<IReadOnlyList<Reading>>>> sources;

    private ResourceMeter(TimeProvider clock, params IReadOnlyList<Func<CancellationToken, Task<IReadOnlyList<Reading>>>> sources)
    {
        this.clock = clock;
        this.sources = sources;
    }

    /// <param name="IsTotal">Counts up for ever: its growth over time is the use. Else the value at the end is.</param>
    private sealed record Reading(string Metric, string Unit, string Of, double Value, bool IsTotal);

    /// <summary>Of a node's SoC, of its host and of the storage target.</summary>
    public static ResourceMeter OfNode(RunningTestbed testbed, string node) => new(
        testbed.Clock,
        token => OfSocAsync(testbed.Soc(node), token),
        _ => OfHost(testbed.HostProcessId(node)),
        _ => OfTarget(testbed.Plane.Storage.ProcessId ?? throw new LabException("the storage target does not run")));

    /// <summary>Of a host that has nothing beside it.</summary>
    public static ResourceMeter OfHost(TimeProvider clock, int processId) => new(clock, _ => OfHost(processId));

    /// <summary>Runs <paramref name="work"/> and reads before and after it.</summary>
    public async Task<(T Result, IReadOnlyList<ResourceUse> Uses)> MeasureAsync<T>(Func<Task<T>> work, CancellationToken token)
    {
        var before = await ReadAsync(token);
        var started = clock.GetTimestamp();
        var result = await work();
        var seconds = clock.GetElapsedTime(started).TotalSeconds;
        var after = await ReadAsync(token);
        return (result, [.. before.Zip(after, (from, to) =>
            new ResourceUse(to.Metric, to.Unit, to.Of, to.IsTotal ? Math.Max(0, to.Value - from.Value) / seconds : to.Value))]);
    }

    private async Task<List<Reading>> ReadAsync(CancellationToken token)
    {
        var readings = new List<Reading>();
        foreach (var source in sources)
            readings.AddRange(await source(token));
        return readings;
    }

    private static async Task<IReadOnlyList<Reading>> OfSocAsync(SocShell soc, CancellationToken token)
    {
        var (cpu, memory) = await soc.UsageAsync(token);
        return
        [
            Cpu(MetricNames.Dimensions.OfSoc, cpu.TotalSeconds),
            Memory(MetricNames.Dimensions.OfSoc, memory),
            new(MetricNames.NetworkUsed, Units.BytePerSecond, MetricNames.Dimensions.OfSoc,
                ProcessUsage.NetworkBytes(await soc.ProcessIdAsync(token), Uplink), IsTotal: true),
        ];
    }

    private static Task<IReadOnlyList<Reading>> OfHost(int processId) => Task.FromResult<IReadOnlyList<Reading>>(
        [Cpu(MetricNames.Dimensions.OfHost, ProcessUsage.CpuSeconds(processId)), Memory(MetricNames.Dimensions.OfHost, ProcessUsage.MemoryBytes(processId))]);

    private static Task<IReadOnlyList<Reading>> OfTarget(int processId) => Task.FromResult<IReadOnlyList<Reading>>(
    [
        Cpu(MetricNames.Dimensions.OfTarget, ProcessUsage.CpuSeconds(processId)),
        Memory(MetricNames.Dimensions.OfTarget, ProcessUsage.MemoryBytes(processId)),
        new(MetricNames.StorageUsed, Units.BytePerSecond, MetricNames.Dimensions.OfTarget, ProcessUsage.FileBytes(processId), IsTotal: true),
    ]);

    private static Reading Cpu(string of, double seconds) => new(MetricNames.CpuUsed, Units.Core, of, seconds, IsTotal: true);

    private static Reading Memory(string of, double bytes) => new(MetricNames.MemoryUsed, Units.Byte, of, bytes, IsTotal: false);
}
