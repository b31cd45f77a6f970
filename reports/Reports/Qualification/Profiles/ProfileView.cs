using Lab.Reports.Qualification.Evaluation;

namespace Lab.Reports.Qualification.Profiles;

/// <summary>A profile as people and programs read it: what decides each requirement is put in words.</summary>
public sealed record ProfileView(string Id, string Title, string About, string Suite, int Sessions, string Digest, IReadOnlyList<RequirementView> Requirements)
{
    public static ProfileView Of(QualificationProfile profile) => new(
        profile.Id, profile.Title, profile.About, profile.Suite, profile.Sessions, profile.Digest,
        [.. profile.Requirements.Select(requirement => new RequirementView(
            requirement.Id, requirement.Group, requirement.Title, requirement.Level, CriterionJudge.For(requirement.Criterion).Asked, requirement.Sources))]);
}

public sealed record RequirementView(string Id, string Group, string Title, RequirementLevel Level, string Asked, IReadOnlyList<string> Sources);
