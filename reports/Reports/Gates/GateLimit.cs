using System.Globalization;
using System.Text.RegularExpressions;
using Lab.Contracts.Runs;

namespace Lab.Reports.Gates;

/// <summary>A number with the unit it was written with; null without.</summary>
public sealed partial record GateLimit(double Value, string? Unit)
{
    // What a unit is written as, and how much of which unit of the record that is.
    private static readonly Dictionary<string, (string Unit, double Factor)> Written = new(StringComparer.Ordinal)
    {
        ["s"] = (Units.Second, 1),
        ["ms"] = (Units.Second, 1e-3),
        ["us"] = (Units.Second, 1e-6),
        ["B/s"] = (Units.BytePerSecond, 1),
        ["KiB/s"] = (Units.BytePerSecond, 1L << 10),
        ["MiB/s"] = (Units.BytePerSecond, 1L << 20),
        ["GiB/s"] = (Units.BytePerSecond, 1L << 30),
        ["bit/s"] = (Units.BitPerSecond, 1),
        ["Kbit/s"] = (Units.BitPerSecond, 1e3),
        ["Mbit/s"] = (Units.BitPerSecond, 1e6),
        ["Gbit/s"] = (Units.BitPerSecond, 1e9),
        ["iops"] = (Units.OperationPerSecond, 1),
        ["packet/s"] = (Units.PacketPerSecond, 1),
        ["core"] = (Units.Core, 1),
        ["%"] = (Units.Ratio, 0.01),
    };

    public static string Known => string.Join(", ", Written.Keys);

    /// <summary>Null where the text is no number with a known unit.</summary>
    public static GateLimit? Parse(string text) =>
        Pattern().Match(text) is { Success: true } match
        && double.TryParse(match.Groups["number"].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && double.IsFinite(number)
        && (match.Groups["unit"].Value is var unit && (unit.Length == 0 || Written.ContainsKey(unit)))
            ? new GateLimit(number, unit.Length == 0 ? null : unit)
            : null;

    /// <summary>In a unit of the record; null where the limit was written in one of another kind. A number alone is in the metric's own.</summary>
    public double? In(string unit)
    {
        if (Unit is null)
            return Value;
        var (of, factor) = Written[Unit];
        return of == unit ? Value * factor
            : of == Units.Second && unit == Units.Millisecond ? Value * factor * 1e3
            : null;
    }

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture) + (Unit is null or "%" ? Unit : " " + Unit);

    [GeneratedRegex(@"^(?<number>[0-9.]+(e[+-]?[0-9]+)?)\s*(?<unit>[A-Za-z/%]*)$")]
    private static partial Regex Pattern();
}
