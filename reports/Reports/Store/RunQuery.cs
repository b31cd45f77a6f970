namespace Lab.Reports.Store;

/// <summary>Which runs are asked for; null and empty mean all.</summary>
public record RunQuery
{
    public string? Suite { get; init; }

    /// <summary>Started at this time or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Started before this time.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>A commit or its start.</summary>
    public string? Commit { get; init; }

    /// <summary>Labels a run must have, all of them.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    internal bool Matches(StoredRun run) =>
        (Commit is null || (run.Commit?.StartsWith(Commit, StringComparison.Ordinal) ?? false))
        && Labels.All(label => run.Labels.TryGetValue(label.Key, out var value) && value == label.Value);
}
