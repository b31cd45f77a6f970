namespace Lab.Reports.Qualification.Profiles;

internal static class ProfileLimits
{
    public const int RequirementsMax = 500;
    public const int SessionsMax = 100;
    public const int SamplesMax = 100_000;

    /// <summary>Below, a bound says less than a coin.</summary>
    public const double ConfidenceMin = 0.5;
    public const double ConfidenceMax = 0.9999;
}
