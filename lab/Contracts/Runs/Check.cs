using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Lab.Contracts.Runs;

/// <summary>
/// A true-or-false observation. With <see cref="From"/> and <see cref="To"/> it is a cell of the isolation matrix, for example
/// "ping from tenant A's host to the manager: expected blocked, observed blocked". A control, which shows that the probe works,
/// is a check whose <see cref="Control"/> is true.
/// </summary>
[Description("A true-or-false observation.")]
public sealed record Check
{
    [StringLength(RunLimits.NameLength, MinimumLength = 1)]
    public required string Name { get; init; }

    [StringLength(RunLimits.NameLength, MinimumLength = 1)]
    public string? From { get; init; }

    [StringLength(RunLimits.NameLength, MinimumLength = 1)]
    public string? To { get; init; }

    [StringLength(RunLimits.TextLength, MinimumLength = 1)]
    public required string Expected { get; init; }

    [StringLength(RunLimits.TextLength, MinimumLength = 1)]
    public required string Observed { get; init; }

    public required bool Passed { get; init; }

    [Description("Shows that the probe works; proves nothing about the system under test.")]
    public bool Control { get; init; }

    /// <summary>File relative to the run directory, for example a capture.</summary>
    public string? Evidence { get; init; }
}
