namespace Lab.Reports.Statistics.SelfTest;

/// <summary>What simulation showed of one question, beside what theory says.</summary>
/// <param name="Suite">Which detector: "gate", …</param>
/// <param name="Shape">Distribution of the noise, and what else is special.</param>
/// <param name="Outcome">What was counted: "false alarm", "change shown", "regressed", …</param>
/// <param name="Shift">Relative change injected; 0 is A/A.</param>
/// <param name="N">Replicates an arm, or points of a series.</param>
/// <param name="Observed">Share of the trials.</param>
/// <param name="Expected">Computed share; null where there is no formula.</param>
/// <param name="AtMost">Limit of a false alarm.</param>
/// <param name="AtLeast">Limit of a power.</param>
public sealed record SelfTestRow(
    string Suite, string Shape, string Outcome, double Shift, int N, int Trials, double Observed, double? Expected, double? AtMost, double? AtLeast)
{
    /// <summary>A limit is broken when the observed share lies more than three of its standard errors beyond it.</summary>
    public bool Pass => !(Observed > AtMost + Error(AtMost)) && !(Observed < AtLeast - Error(AtLeast));

    private double? Error(double? share) => 3 * Math.Sqrt((share * (1 - share) ?? 0) / Trials);
}
