using Lab.Contracts.Runs;

namespace Lab.Reports.Sections;

/// <summary>Who could reach whom: the checks of all scenarios that name both ends.</summary>
public sealed record IsolationMatrix(IReadOnlyList<string> From, IReadOnlyList<string> To, IReadOnlyList<Check> Checks)
{
    public IEnumerable<Check> Cell(string from, string to) => Checks.Where(check => check.From == from && check.To == to);

    public static IsolationMatrix Of(IEnumerable<ScenarioResult> results)
    {
        var checks = results.SelectMany(result => result.Checks).Where(check => check.From is not null && check.To is not null).ToList();
        return new IsolationMatrix(
            [.. checks.Select(check => check.From!).Distinct().Order(StringComparer.Ordinal)],
            [.. checks.Select(check => check.To!).Distinct().Order(StringComparer.Ordinal)],
            checks);
    }
}
