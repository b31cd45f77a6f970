namespace Lab.Reports.Qualification.Profiles;

/// <summary>One thing a profile asks for.</summary>
/// <param name="Group">Heading it stands under: boot, hot-plug, ….</param>
/// <param name="Sources">Where it is from: the standard's requirement, RFC, OPI or NIST item.</param>
public sealed record Requirement(
    string Id,
    string Group,
    string Title,
    RequirementLevel Level,
    IReadOnlyList<string> Sources,
    Criterion Criterion);

/// <summary>Key words of RFC 2119 (BCP 14).</summary>
public enum RequirementLevel
{
    Must,
    Should,
    May,
}
