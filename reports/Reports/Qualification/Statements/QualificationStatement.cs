using Lab.Contracts.Runs;
using Lab.Reports.Qualification.Profiles;

namespace Lab.Reports.Qualification.Statements;

/// <summary>
/// What a device was found to be, requirement by requirement. Follows from profile, runs and deviations alone: no clock, no path, no
/// machine is in it that is not in them.
/// </summary>
public sealed record QualificationStatement
{
    public const string CurrentFormat = "lab-qualification-1";

    public required string Format { get; init; }
    public required ProfileReference Profile { get; init; }
    public required QualificationVerdict Verdict { get; init; }

    /// <summary>Why, in a sentence.</summary>
    public required string Summary { get; init; }
    public required DeviceIdentity Device { get; init; }
    public required EnvironmentInfo Environment { get; init; }

    /// <summary>Start of the first session.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>End of the last session: the day the statement is of.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Last day of the deviation that ends first; null where the verdict leans on none.</summary>
    public DateOnly? ValidUntil { get; init; }
    public required IReadOnlyList<SessionReference> Sessions { get; init; }
    public required IReadOnlyList<RequirementFinding> Requirements { get; init; }
    public required IReadOnlyList<DeviationFinding> Deviations { get; init; }

    /// <summary>Every file that a finding points to.</summary>
    public required IReadOnlyList<EvidenceFile> Evidence { get; init; }
}

public sealed record ProfileReference(string Name, string Version, string Title, string About, string Suite, int Sessions, string Sha256)
{
    public static ProfileReference Of(QualificationProfile profile) =>
        new(profile.Name, profile.Version, profile.Title, profile.About, profile.Suite, profile.Sessions, profile.Digest);
}

/// <param name="Name">As whoever qualified it called it, the label "device" of the runs, or the testbed's name.</param>
/// <param name="Kind">emulated, real, or both: nothing emulated may pass for a card.</param>
/// <param name="Testbed">Shape of the testbed.</param>
/// <param name="Labels">The runs' labels that begin with "device".</param>
public sealed record DeviceIdentity(
    string Name,
    string Kind,
    IReadOnlyDictionary<string, string> Testbed,
    IReadOnlyDictionary<string, string> Labels,
    SystemUnderTest SystemUnderTest,
    IReadOnlyDictionary<string, string> Images);

public sealed record SessionReference(string Run, string SuiteVersion, DateTimeOffset StartedAt, DateTimeOffset EndedAt, string ComparisonKey);

/// <param name="File">Relative to the run directory.</param>
public sealed record EvidenceFile(string Run, string File, long Bytes, string Sha256);

public sealed record DeviationFinding(string Requirement, string Justification, string GrantedBy, DateOnly Until, DeviationState State);

public enum DeviationState
{
    /// <summary>The requirement is not fulfilled, and does not have to be.</summary>
    Granted,

    /// <summary>It ended before the last session did.</summary>
    Expired,

    /// <summary>The requirement is fulfilled without it.</summary>
    NotNeeded,
}

public enum QualificationVerdict
{
    Qualified,
    QualifiedWithDeviations,
    NotQualified,

    /// <summary>Nothing a MUST asks for was found missing, and not all of it was tested.</summary>
    Incomplete,
}
