using Lab.Contracts.Runs;
using Lab.Reports.Statistics;

namespace Lab.Reports;

/// <summary>Verdicts in the words that every output uses.</summary>
public static class Verdicts
{
    public static string Name(Verdict verdict) => verdict switch
    {
        Verdict.Pass => "pass",
        Verdict.Fail => "fail",
        Verdict.Error => "error",
        Verdict.Skip => "skip",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict)),
    };

    public static string Name(Judgement verdict) => verdict switch
    {
        Judgement.Regressed => "regressed",
        Judgement.Improved => "improved",
        Judgement.Equivalent => "equivalent",
        Judgement.Undecided => "undecided",
        Judgement.NotComparable => "not comparable",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict)),
    };
}
