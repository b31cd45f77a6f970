using System.Collections.Frozen;

namespace Lab.Contracts.Runs;

/// <summary>The units a sample may have. SI base units without prefix, except that milliseconds are customary for round trips.</summary>
public static class Units
{
    public const string Second = "s";
    public const string Millisecond = "ms";
    public const string BytePerSecond = "B/s";
    public const string BitPerSecond = "bit/s";
    public const string OperationPerSecond = "iops";
    public const string PacketPerSecond = "packet/s";
    public const string Byte = "B";

    /// <summary>A fraction: 1 is the whole.</summary>
    public const string Ratio = "ratio";

    /// <summary>CPU time per wall time: 1 is one core kept busy.</summary>
    public const string Core = "core";
    public const string Count = "count";

    public static FrozenSet<string> All { get; } =
        FrozenSet.Create(
            Second, Millisecond, BytePerSecond, BitPerSecond, OperationPerSecond, PacketPerSecond, Byte, Ratio, Core, Count);

    /// <summary>Units in which a negative value can only be a mistake of the measurement.</summary>
    internal static bool IsDuration(string unit) => unit is Second or Millisecond;
}
