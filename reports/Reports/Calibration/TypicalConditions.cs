using Lab.Contracts.Runs;
using Lab.Reports.Statistics;

namespace Lab.Reports.Calibration;

/// <summary>How quiet a machine was over all samples of some runs; null where no sample says.</summary>
public sealed record TypicalConditions
{
    /// <summary>95th percentiles [core].</summary>
    public double? StolenCoresP95 { get; init; }
    public double? OtherCoresP95 { get; init; }

    /// <summary>Median [Hz].</summary>
    public double? Frequency { get; init; }

    /// <summary>95th percentile [s]; null too when the clock was never synchronised.</summary>
    public double? ClockErrorP95 { get; init; }

    public static TypicalConditions Of(IEnumerable<Sample> samples)
    {
        var conditions = samples.Select(sample => sample.Conditions).OfType<MachineConditions>().ToList();
        Summary? Over(Func<MachineConditions, double?> field)
        {
            var values = conditions.Select(field).OfType<double>().ToList();
            return values.Count == 0 ? null : Summary.Of(values);
        }

        return new TypicalConditions
        {
            StolenCoresP95 = Over(one => one.StolenCores)?.P95,
            OtherCoresP95 = Over(one => one.OtherCores)?.P95,
            Frequency = Over(one => one.Frequency)?.Median,
            ClockErrorP95 = Over(one => one.ClockError)?.P95,
        };
    }
}
