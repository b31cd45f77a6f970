namespace Lab.Reports.Store;

/// <summary>What an import came to.</summary>
/// <param name="Imported">Runs that are new or were changed.</param>
/// <param name="Unchanged">Runs that the store had as they are.</param>
public sealed record ImportReport(int Imported, int Unchanged, IReadOnlyList<RefusedDirectory> Refused);

/// <summary>A directory that is no run this program can read, or that must not be touched.</summary>
/// <param name="Error">What is wrong, where (file:line).</param>
public sealed record RefusedDirectory(string Directory, string Error);

/// <summary>How far work over many runs has come.</summary>
public sealed record StoreProgress(int Done, int Total);
