namespace Lab.Contracts.Runs;

/// <summary>Names within a run directory.</summary>
public static class RunFiles
{
    public const string Info = "run.json";
    public const string Samples = "samples.jsonl";
    public const string Events = "events.jsonl";
    public const string Results = "results.jsonl";
    public const string Logs = "logs";
    public const string Captures = "captures";
}
