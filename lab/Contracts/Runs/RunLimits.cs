using System.Collections.Frozen;

namespace Lab.Contracts.Runs;

/// <summary>Limits of the run record.</summary>
public static class RunLimits
{
    public const int NameLength = 128;
    public const int TextLength = 1024;
    public const int ReasonLength = 16 * 1024;
    public const int EntriesPerMap = 256;
    public const int ItemsPerList = 4096;

    /// <summary>Characters of one line of a .jsonl file, and of run.json.</summary>
    public const int LineLength = 1024 * 1024;
    public const int LinesPerFile = 2_000_000;

    public const string NamePattern = "^[a-z0-9][a-z0-9_.-]*$";
    public const string IdPattern = "^[A-Za-z0-9][A-Za-z0-9_.-]*$";

    internal static readonly IReadOnlyDictionary<string, string> Empty = FrozenDictionary<string, string>.Empty;
}
