using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Lab.Contracts.Runs;

/// <summary>The machine that ran the lab.</summary>
public sealed record EnvironmentInfo
{
    [StringLength(RunLimits.TextLength, MinimumLength = 1)]
    public required string Machine { get; init; }

    [StringLength(RunLimits.TextLength, MinimumLength = 1)]
    public required string CpuModel { get; init; }

    [Range(1, int.MaxValue)]
    public required int Cores { get; init; }

    [Range(1, long.MaxValue), Description("Bytes.")]
    public required long Memory { get; init; }

    /// <summary>For example "Debian GNU/Linux 12 (bookworm)".</summary>
    [StringLength(RunLimits.TextLength, MinimumLength = 1)]
    public required string OperatingSystem { get; init; }

    [StringLength(RunLimits.TextLength, MinimumLength = 1)]
    public required string Kernel { get; init; }

    /// <summary>How hosts were run: kvm, tcg, or none for real ones.</summary>
    [StringLength(RunLimits.NameLength, MinimumLength = 1)]
    public required string Accel { get; init; }

    [StringLength(RunLimits.NameLength, MinimumLength = 1)]
    public required string DotNet { get; init; }

    [Description("Version by package name.")]
    public IReadOnlyDictionary<string, string> Packages { get; init; } = RunLimits.Empty;
}
