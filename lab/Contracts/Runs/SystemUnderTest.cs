using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Lab.Contracts.Runs;

/// <summary>Which build of manager and agent was under test.</summary>
public sealed record SystemUnderTest
{
    /// <summary>Git commit; null where the build does not say, as of a manager that already ran.</summary>
    [RegularExpression("^[0-9a-f]{40}([0-9a-f]{24})?$")]
    public string? Commit { get; init; }

    [Description("The work tree held changes that the commit does not.")]
    public bool Dirty { get; init; }
}
