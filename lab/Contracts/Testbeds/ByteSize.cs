using System.Globalization;

namespace Lab.Contracts.Testbeds;

/// <summary>Sizes as people write them: a whole number and B, KiB, MiB, GiB or TiB (IEC 80000-13).</summary>
public static class ByteSize
{
    private static readonly (string Unit, long Bytes)[] Units =
        [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40), ("B", 1)];

    public static bool TryParse(string? text, out long bytes)
    {
        bytes = 0;
        text = text?.Trim() ?? "";
        foreach (var (unit, factor) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal))
                continue;
            if (!long.TryParse(text[..^unit.Length].TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                || count > long.MaxValue / factor)
                return false;
            bytes = count * factor;
            return true;
        }
        return false;
    }

    public static string Format(long bytes)
    {
        for (var i = 3; i >= 0; i--)
            if (bytes != 0 && bytes % Units[i].Bytes == 0)
                return $"{bytes / Units[i].Bytes}{Units[i].Unit}";
        return $"{bytes}B";
    }
}
