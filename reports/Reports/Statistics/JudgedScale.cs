using Lab.Contracts.Runs;

namespace Lab.Reports.Statistics;

/// <summary>
/// The scale on which two arms are judged: logs, so that a shift is a ratio. Where a value is not positive there are no logs, and
/// values are taken over A's median; where that is zero too, any shift is beyond all ratios and the limit is 0.
/// </summary>
/// <param name="A">Sessions of A: values on the scale, in the order given, failures as <see cref="Failed"/> behind them.</param>
/// <param name="B">See <paramref name="A"/>.</param>
/// <param name="Kind">Which scale.</param>
internal sealed record JudgedScale(double[][] A, double[][] B, JudgedScale.Kinds Kind)
{
    internal enum Kinds
    {
        Log,
        OverMedian,
        Absolute,
    }

    /// <summary>
    /// Stands for infinity: differences between two failures are 0 and not NaN. Far beyond any log or ratio, and small enough
    /// that no difference overflows.
    /// </summary>
    public const double Failed = 1e300;

    /// <summary>Failed, or a mean of failed and measured.</summary>
    public static bool IsFailed(double value) => Math.Abs(value) > Failed / 10;

    public static JudgedScale Of(SeriesPair pair)
    {
        var values = pair.A.Sessions.SelectMany(session => session.Values).ToList();
        var centre = values.Count == 0 ? 0 : Math.Abs(Summary.Of(values).Median);
        var kind = values.Concat(pair.B.Sessions.SelectMany(session => session.Values)).All(value => value > 0) ? Kinds.Log
            : centre > 0 ? Kinds.OverMedian
            : Kinds.Absolute;
        var failed = pair.Better == Better.Higher ? -Failed : Failed;
        double On(double value) => kind switch
        {
            Kinds.Log => Math.Log(value),
            Kinds.OverMedian => value / centre,
            _ => value,
        };
        double[][] Sessions(Arm arm) =>
        [
            .. arm.Sessions.Where(session => session.Iterations > 0)
                .Select(session => session.Values.Select(On).Concat(Enumerable.Repeat(failed, session.Failures)).ToArray()),
        ];
        return new JudgedScale(Sessions(pair.A), Sessions(pair.B), kind);
    }

    /// <summary>A relative change on this scale.</summary>
    public double Limit(double relative) => Kind switch
    {
        Kinds.Log => Math.Log(1 + relative),
        Kinds.OverMedian => relative,
        _ => 0,
    };

    /// <summary>A relative standard deviation on this scale (of logs: exact for lognormal values).</summary>
    public double Spread(double relative) => Kind == Kinds.Log ? Math.Sqrt(Math.Log(1 + relative * relative)) : relative;

    /// <summary>Ratio B over A of a shift on this scale; null where it is not finite.</summary>
    public double? Ratio(double shift) => IsFailed(shift) ? null : Kind switch
    {
        Kinds.Log => Math.Exp(shift),
        Kinds.OverMedian => 1 + shift,
        _ => null,
    };

    /// <summary>Ascending copy of a session's median per session; a mean of measured and failed is failed.</summary>
    public static double[] Medians(double[][] sessions) => [.. sessions.Select(Median)];

    private static double Median(double[] session)
    {
        var sorted = session.Order().ToArray();
        var middle = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        return IsFailed(middle) ? Math.CopySign(Failed, middle) : middle;
    }
}
