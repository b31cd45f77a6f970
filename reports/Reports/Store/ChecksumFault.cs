namespace Lab.Reports.Store;

/// <summary>A file of a run that is not as it was imported.</summary>
public sealed record ChecksumFault(string RunId, string File, ChecksumFaultKind Kind);

public enum ChecksumFaultKind
{
    Changed,
    Missing,

    /// <summary>Was not there when the run was imported.</summary>
    Added,
}
