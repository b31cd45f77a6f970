namespace Lab.Reports.Store;

/// <summary>Which runs go.</summary>
/// <param name="RunsDirectory">Only directories directly in this one are deleted.</param>
/// <param name="StartedBefore">Younger runs stay.</param>
/// <param name="Keep">So many of each suite's newest runs stay, however old.</param>
/// <param name="DryRun">Say what would go and touch nothing.</param>
public sealed record PruneOptions(string RunsDirectory, DateTimeOffset StartedBefore, int Keep = 0, bool DryRun = false);

/// <summary>What a prune removed, or would remove, and what it would not touch.</summary>
public sealed record PruneReport(IReadOnlyList<StoredRun> Removed, IReadOnlyList<RefusedDirectory> Refused);
