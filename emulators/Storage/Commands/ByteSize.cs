using System.Globalization;

namespace Lab.Emulators.Storage.Commands;

/// <summary>A count of bytes as people write it: a whole number with or without KiB, MiB, GiB or TiB.</summary>
internal static class ByteSize
{
    private static readonly (string Suffix, int Shift)[] Units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40), ("", 0)];

    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var (suffix, shift) = Units.First(unit => text.EndsWith(unit.Suffix, StringComparison.Ordinal));
        if (!long.TryParse(text[..^suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || count <= 0 || count > long.MaxValue >> shift)
            return false;
        bytes = count << shift;
        return true;
    }
}
