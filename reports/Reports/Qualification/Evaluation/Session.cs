using Lab.Contracts.Runs;

namespace Lab.Reports.Qualification.Evaluation;

/// <summary>A run as a qualification looks at it.</summary>
internal sealed class Session(RunRecord run)
{
    public RunInfo Info => run.Info;

    public string Id => run.Info.Id;

    public string Directory => run.Directory;

    public IReadOnlyList<Sample> Samples => run.Samples;

    /// <summary>What a scenario came to, its checks and evidence together where it ran several times; null where it did not run.</summary>
    public ScenarioResult? Result(string scenario)
    {
        var results = run.Results.Where(result => result.Scenario == scenario).ToList();
        if (results.Count == 0)
            return null;
        var worst = results.MaxBy(result => Severity(result.Verdict))!;
        return worst with
        {
            Checks = [.. results.SelectMany(result => result.Checks)],
            Evidence = [.. results.SelectMany(result => result.Evidence).Distinct()],
        };
    }

    // A failure says something about the device whatever else happened; an error says that something was not found out.
    private static int Severity(Verdict verdict) => verdict switch
    {
        Verdict.Fail => 3,
        Verdict.Error => 2,
        Verdict.Skip => 1,
        _ => 0,
    };
}
