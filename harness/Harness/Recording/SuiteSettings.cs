namespace Lab.Harness.Recording;

/// <summary>What the process of a suite is told, by environment, since a test runner owns its command line.</summary>
public static class SuiteSettings
{
    public const string SuiteVariable = "LAB_SUITE";
    public const string TestbedFileVariable = "LAB_TESTBED_FILE";
    public const string RunsVariable = "LAB_RUNS";

    /// <summary>Trait that says which suites a scenario belongs to.</summary>
    public const string Trait = "suite";
    public const string Smoke = "smoke";
    public const string Nightly = "nightly";
    public static IReadOnlyList<string> Suites { get; } = [Smoke, Nightly];

    /// <summary>Raised whenever a suite measures something else than before: runs of different versions are not compared.</summary>
    public const string Version = "1";
}
