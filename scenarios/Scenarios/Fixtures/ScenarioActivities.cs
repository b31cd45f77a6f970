using System.Diagnostics;

namespace Lab.Scenarios.Fixtures;

/// <summary>Roots of the traces whose spans manager and agent add to.</summary>
internal static class ScenarioActivities
{
    public const string SourceName = "Lab.Scenarios";

    public static ActivitySource Source { get; } = new(SourceName);
}
