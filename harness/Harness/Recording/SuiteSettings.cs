using System.Text.Json;

namespace Lab.Harness.Recording;

/// <summary>What the process of a suite is told, by environment, since a test runner owns its command line.</summary>
public static class SuiteSettings
{
    public const string SuiteVariable = "LAB_SUITE";
    public const string TestbedFileVariable = "LAB_TESTBED_FILE";
    public const string RunsVariable = "LAB_RUNS";

    /// <summary>Checkout, or built revision, whose manager and agent are under test in place of the testbed file's.</summary>
    public const string BuildVariable = "LAB_BUILD";

    /// <summary>Names of the scenarios to run, with commas between; the others are skipped and leave no record.</summary>
    public const string ScenariosVariable = "LAB_SCENARIOS";

    /// <summary>Labels of the run, a JSON object.</summary>
    public const string LabelsVariable = "LAB_LABELS";

    /// <summary>Trait that says which suites a scenario belongs to.</summary>
    public const string Trait = "suite";
    public const string Smoke = "smoke";
    public const string Nightly = "nightly";
    public const string Bmc = "bmc";
    public const string Durability = "durability";
    public static IReadOnlyList<string> Suites { get; } = [Smoke, Nightly, Bmc, Durability];

    /// <summary>Raised whenever a suite measures something else than before: runs of different versions are not compared.</summary>
    public const string Version = "1";

    public static string Setting(string variable, string fallback) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : fallback;

    /// <exception cref="LabException">The variable holds something else.</exception>
    public static IReadOnlyDictionary<string, string> Labels()
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(Setting(LabelsVariable, "{}"))!;
        }
        catch (JsonException e)
        {
            throw new LabException($"{LabelsVariable} is no JSON object of texts: {e.Message}", e);
        }
    }

    /// <summary>False when others were asked for by name, and this one was not.</summary>
    public static bool Wants(string scenario) =>
        Setting(ScenariosVariable, "") is not { Length: > 0 } names || names.Split(',').Contains(scenario);
}
