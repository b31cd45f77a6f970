using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Lab.Contracts.Runs;

/// <summary>How quiet the machine was while a sample was measured: what may explain a value that the system under test does not.</summary>
[Description("How quiet the machine was since the sample before.")]
public sealed record MachineConditions
{
    [Range(0, double.MaxValue), Description("Cores taken by the hypervisor for others (steal of proc(5)).")]
    public double? StolenCores { get; init; }

    [Range(0, double.MaxValue), Description("Cores kept busy by processes that are not the lab's.")]
    public double? OtherCores { get; init; }

    [Range(0, double.MaxValue), Description("Mean clock frequency of the cores, Hz.")]
    public double? Frequency { get; init; }

    [Range(0, double.MaxValue), Description("Greatest error of the system clock as the kernel estimates it (adjtimex(2)), seconds; absent while it is not synchronised.")]
    public double? ClockError { get; init; }
}
