using Lab.Reports.Qualification.Profiles;
using Lab.Reports.Qualification.Statements;

namespace Lab.Reports.Qualification;

/// <summary>How verdicts and outcomes are called wherever they are shown.</summary>
public static class Words
{
    public static string Of(QualificationVerdict verdict) => verdict switch
    {
        QualificationVerdict.Qualified => "QUALIFIED",
        QualificationVerdict.QualifiedWithDeviations => "QUALIFIED WITH DEVIATIONS",
        QualificationVerdict.NotQualified => "NOT QUALIFIED",
        QualificationVerdict.Incomplete => "INCOMPLETE",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict)),
    };

    public static string Meaning(QualificationVerdict verdict) => verdict switch
    {
        QualificationVerdict.Qualified => "Everything the profile requires was tested and passed.",
        QualificationVerdict.QualifiedWithDeviations => "Everything the profile requires passed, but for what the deviations below excuse.",
        QualificationVerdict.NotQualified => "At least one thing the profile requires failed.",
        QualificationVerdict.Incomplete => "Not qualified: nothing the profile requires failed, and not all of it was tested.",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict)),
    };

    public static bool IsQualified(QualificationVerdict verdict) =>
        verdict is QualificationVerdict.Qualified or QualificationVerdict.QualifiedWithDeviations;

    public static string Of(Outcome outcome) => outcome switch
    {
        Outcome.Pass => "pass",
        Outcome.Fail => "fail",
        Outcome.NotTested => "not tested",
        Outcome.NotApplicable => "deviation",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };

    public static string Of(RequirementLevel level) => level.ToString().ToUpperInvariant();

    public static string Of(DeviationState state) => state switch
    {
        DeviationState.Granted => "granted",
        DeviationState.Expired => "expired",
        DeviationState.NotNeeded => "not needed",
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };
}
