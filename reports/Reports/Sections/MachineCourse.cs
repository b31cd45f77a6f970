using Lab.Contracts.Runs;

namespace Lab.Reports.Sections;

/// <summary>What the machine did while samples were taken, in seconds since the run's start; null where nobody looked.</summary>
public sealed record MachineMoment(double At, double? StolenCores, double? OtherCores, double? Frequency, double? ClockError);

/// <summary>The machine's conditions over the run.</summary>
public sealed record MachineCourse(IReadOnlyList<MachineMoment> Moments)
{
    public static MachineCourse Of(RunRecord record) =>
        new([.. record.Samples
            .Where(sample => sample.Conditions is not null)
            .OrderBy(sample => sample.T)
            .Select(sample => new MachineMoment(
                (sample.T - record.Info.StartedAt).TotalSeconds,
                sample.Conditions!.StolenCores, sample.Conditions.OtherCores, sample.Conditions.Frequency, sample.Conditions.ClockError))]);

    /// <summary>Median and greatest of one condition; null where nobody looked.</summary>
    public (double Median, double Max)? Figures(Func<MachineMoment, double?> pick)
    {
        var values = Moments.Select(pick).OfType<double>().ToList();
        return values.Count == 0 ? null : (Statistics.Summary.Of(values).Median, values.Max());
    }
}
