using System.Globalization;
using Lab.Emulators.Storage.Store;

namespace Lab.Emulators.Storage.Commands;

/// <summary>Limits of a volume as people write them: v0:iops=1000,read-bandwidth=50MiB.</summary>
/// <param name="Volume">Its name.</param>
internal sealed record LimitArgument(string Volume, VolumeLimits Limits)
{
    public const string Keys = "iops, read-iops, write-iops, bandwidth, read-bandwidth or write-bandwidth";

    public static bool TryParse(string text, out LimitArgument? limit, out string error)
    {
        limit = null;
        var colon = text.LastIndexOf(':');
        if (colon < 1 || colon == text.Length - 1)
        {
            error = $"\"{text}\" is no name:limit=value,...";
            return false;
        }
        var limits = VolumeLimits.None;
        var given = new HashSet<string>();
        foreach (var part in text[(colon + 1)..].Split(','))
        {
            var (key, value) = part.Split('=') is [var before, var after] ? (before, after) : (part, "");
            if (!given.Add(key))
            {
                error = $"\"{key}\" is given twice";
                return false;
            }
            var isCount = key.EndsWith("iops", StringComparison.Ordinal);
            if (!(isCount ? long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var rate) && rate > 0 : ByteSize.TryParse(value, out rate)))
            {
                error = $"\"{part}\" is no limit=value: a count per second, or of bytes, KiB, MiB, GiB, TiB per second";
                return false;
            }
            if (With(limits, key, rate) is not { } next)
            {
                error = $"\"{key}\" is no limit; there are {Keys}";
                return false;
            }
            limits = next;
        }
        limit = new LimitArgument(text[..colon], limits);
        error = "";
        return true;
    }

    private static VolumeLimits? With(VolumeLimits limits, string key, long rate) => key switch
    {
        "iops" => limits with { Iops = rate },
        "read-iops" => limits with { ReadIops = rate },
        "write-iops" => limits with { WriteIops = rate },
        "bandwidth" => limits with { BytesPerSecond = rate },
        "read-bandwidth" => limits with { ReadBytesPerSecond = rate },
        "write-bandwidth" => limits with { WriteBytesPerSecond = rate },
        _ => null,
    };
}
