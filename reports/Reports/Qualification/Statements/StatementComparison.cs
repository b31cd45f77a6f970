using Lab.Reports.Qualification.Profiles;

namespace Lab.Reports.Qualification.Statements;

/// <summary>Devices side by side over the same profile.</summary>
public sealed record StatementComparison(ProfileReference Profile, IReadOnlyList<QualificationStatement> Statements, IReadOnlyList<ComparedRequirement> Requirements)
{
    /// <exception cref="QualificationException">Fewer than two statements, or they are over different profiles.</exception>
    public static StatementComparison Of(IReadOnlyList<QualificationStatement> statements)
    {
        if (statements.Count < 2)
            throw new QualificationException("give at least two statements");
        var first = statements[0];
        if (statements.FirstOrDefault(statement => statement.Profile.Sha256 != first.Profile.Sha256) is { } other)
        {
            throw new QualificationException(
                $"not comparable: {first.Device.Name} was held against {Name(first)}, {other.Device.Name} against {Name(other)}; qualify both with one file");
        }
        return new StatementComparison(first.Profile, statements,
        [
            .. first.Requirements.Select(requirement => new ComparedRequirement(
                requirement.Id, requirement.Group, requirement.Title, requirement.Level, requirement.Asked,
                [.. statements.Select(statement => statement.Requirements.Single(finding => finding.Id == requirement.Id))])),
        ]);
    }

    private static string Name(QualificationStatement statement) =>
        $"{statement.Profile.Name}-{statement.Profile.Version} ({statement.Profile.Sha256[..12]})";
}

/// <param name="Findings">One per statement, in their order.</param>
public sealed record ComparedRequirement(
    string Id, string Group, string Title, RequirementLevel Level, string Asked, IReadOnlyList<RequirementFinding> Findings)
{
    /// <summary>Whether the devices differ here.</summary>
    public bool Differs => Findings.Select(finding => finding.Outcome).Distinct().Count() > 1;
}
