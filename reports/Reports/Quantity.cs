using System.Globalization;
using Lab.Contracts.Runs;

namespace Lab.Reports;

/// <summary>Numbers as people read them: three significant digits, and a prefix to the unit where the value calls for one.</summary>
public static class Quantity
{
    /// <summary>A unit of conditions, not of samples.</summary>
    public const string Hertz = "Hz";

    private static readonly string[] Decimal = ["", "k", "M", "G", "T"];
    private static readonly string[] Binary = ["", "Ki", "Mi", "Gi", "Ti"];

    public static string Format(double value, string unit) => unit switch
    {
        Units.Second when value != 0 && Math.Abs(value) < 0.001 => $"{Digits(value * 1e6)} µs",
        Units.Second when value != 0 && Math.Abs(value) < 1 => $"{Digits(value * 1000)} ms",
        Units.Second or Units.Millisecond => $"{Digits(value)} {unit}",
        Units.Byte => Prefixed(value, 1024, Binary, unit),
        Units.BytePerSecond or Units.BitPerSecond or Units.PacketPerSecond or Hertz => Prefixed(value, 1000, Decimal, unit),
        Units.OperationPerSecond => Prefixed(value, 1000, Decimal, "IOPS"),
        Units.Core => $"{Digits(value)} cores",
        Units.Ratio or Units.Count => Digits(value),
        _ => $"{Digits(value)} {unit}",
    };

    public static string Format(double? value, string unit) => value is { } number ? Format(number, unit) : "–";

    /// <summary>"4.2 – 6.1 s": the unit once, where it is the same.</summary>
    public static string Range(double low, double high, string unit)
    {
        var (from, to) = (Format(low, unit), Format(high, unit));
        var suffix = to[(to.IndexOf(' ', StringComparison.Ordinal) is var at and >= 0 ? at : to.Length)..];
        return suffix.Length > 0 && from.EndsWith(suffix, StringComparison.Ordinal) ? $"{from[..^suffix.Length]} – {to}" : $"{from} – {to}";
    }

    /// <summary>A difference, with its sign.</summary>
    public static string SignedSeconds(double? value) =>
        value is { } seconds ? (seconds < 0 ? "−" : "+") + Seconds(Math.Abs(seconds)) : "–";

    public static string Seconds(double? value) => Format(value, Units.Second);

    /// <summary>"1.09 ×".</summary>
    public static string Times(double value) => Digits(value) + " ×";

    /// <summary>Three significant digits, never in powers of ten below a million.</summary>
    public static string Digits(double value)
    {
        if (value == 0)
            return "0";
        var magnitude = Math.Abs(value);
        if (magnitude is >= 1e6 or < 1e-4)
            return value.ToString("0.##e+0", CultureInfo.InvariantCulture);
        var decimals = Math.Clamp(2 - (int)Math.Floor(Math.Log10(magnitude)), 0, 6);
        return value.ToString("F" + decimals, CultureInfo.InvariantCulture);
    }

    private static string Prefixed(double value, double step, string[] prefixes, string unit)
    {
        var index = 0;
        while (Math.Abs(value) >= step && index < prefixes.Length - 1)
        {
            value /= step;
            index++;
        }

        return $"{Digits(value)} {prefixes[index]}{unit}";
    }
}
