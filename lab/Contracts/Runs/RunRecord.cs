namespace Lab.Contracts.Runs;

/// <summary>A run directory, read. A file that is not there reads as an empty list.</summary>
public sealed record RunRecord(
    string Directory,
    RunInfo Info,
    IReadOnlyList<Sample> Samples,
    IReadOnlyList<SpanEvent> Events,
    IReadOnlyList<ScenarioResult> Results);
