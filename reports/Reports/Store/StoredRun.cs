using Lab.Reports.Sections;

namespace Lab.Reports.Store;

/// <summary>What the store knows of a run without reading its directory.</summary>
public sealed record StoredRun
{
    public required string Id { get; init; }

    /// <summary>Full path, on the machine that imported the run.</summary>
    public required string Directory { get; init; }

    public required string Suite { get; init; }
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Null while the run goes on, and for ever if it was killed.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Null where the build does not say.</summary>
    public string? Commit { get; init; }

    public required bool Dirty { get; init; }
    public required string Testbed { get; init; }

    /// <summary>Hash of the comparison key: runs of the same hash may be compared.</summary>
    public required string ComparisonHash { get; init; }

    /// <summary>Hash over <see cref="Environment"/> (<see cref="RunFingerprint"/>): where it changes, a trend begins anew.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The fields of the fingerprint, so that a changed one can be named.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public required IReadOnlyDictionary<string, string> Labels { get; init; }
    public required VerdictCounts Verdicts { get; init; }
    public required int Samples { get; init; }

    /// <summary>Samples that are in no series, because the scenario that measured them ended in error.</summary>
    public required int SamplesLeftOut { get; init; }

    /// <summary>Kept by prune, however old.</summary>
    public required bool Pinned { get; init; }

    /// <summary>SHA-256 by file name at the time of the import, lower-case hex; files that were not there are absent.</summary>
    public required IReadOnlyDictionary<string, string> Checksums { get; init; }
}
