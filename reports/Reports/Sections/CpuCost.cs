using Lab.Contracts.Runs;
using Lab.Reports.Metrics;

namespace Lab.Reports.Sections;

/// <summary>
/// CPU time spent per unit of work, in core-seconds per operation or per byte: what makes a fast path comparable with a slow one.
/// </summary>
/// <param name="Baseline">Of the baseline's host, the one place where a baseline spends CPU that is measured.</param>
public sealed record CpuCost(MetricReport Metric, double? Soc, double? Host, double? Target, double? Baseline)
{
    /// <summary>How many times less host CPU a unit of work takes than on the baseline; above 1 the DPU relieves the host.</summary>
    public double? HostGain => Baseline / Host;

    /// <summary>As <see cref="HostGain"/>, with the CPU of SoC and storage target counted too.</summary>
    public double? TotalGain => Baseline / Total;

    /// <summary>Null where a part was not measured: a sum without it would flatter.</summary>
    public double? Total => Soc + Host + Target;

    /// <summary>"I/O", "GB", …: what <see cref="PerUnit"/> counts.</summary>
    public string Work => Metric.Unit switch
    {
        Units.BytePerSecond or Units.BitPerSecond => "GB",
        Units.PacketPerSecond => "packet",
        _ => "I/O",
    };

    public static IReadOnlyList<CpuCost> Of(IEnumerable<ThroughputRow> rows) =>
        [.. rows.Where(row => row.Metric.Better == Better.Higher && row.Metric.Subject.Median > 0
                && (row.SocCpu ?? row.HostCpu ?? row.TargetCpu) is not null)
            .Select(row =>
            {
                var work = row.Metric.Subject.Median / PerUnit(row.Metric.Unit);
                var baselineWork = row.Metric.Baseline?.Median / PerUnit(row.Metric.Unit);
                return new CpuCost(
                    row.Metric,
                    row.SocCpu / work, row.HostCpu / work, row.TargetCpu / work,
                    baselineWork > 0 ? row.BaselineHostCpu / baselineWork : null);
            })];

    // Units of work in what one second of the metric's unit counts.
    private static double PerUnit(string unit) => unit switch
    {
        Units.BytePerSecond => 1e9,
        Units.BitPerSecond => 8e9,
        _ => 1,
    };
}
