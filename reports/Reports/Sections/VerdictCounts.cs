using Lab.Contracts.Runs;

namespace Lab.Reports.Sections;

/// <summary>How many scenarios came to what.</summary>
public sealed record VerdictCounts(int Pass, int Fail, int Error, int Skip)
{
    public int Total => Pass + Fail + Error + Skip;

    public static VerdictCounts Of(IReadOnlyCollection<ScenarioResult> results)
    {
        int Count(Verdict verdict) => results.Count(result => result.Verdict == verdict);
        return new(Count(Verdict.Pass), Count(Verdict.Fail), Count(Verdict.Error), Count(Verdict.Skip));
    }
}
