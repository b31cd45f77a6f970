using System.Text.Json.Serialization;

namespace Lab.Emulators.Storage.Store;

/// <summary>How much of a volume its clients get all together, whatever front they come by; null is without limit.</summary>
public sealed record VolumeLimits
{
    public static VolumeLimits None { get; } = new();

    /// <summary>Requests per second; flushes do not count.</summary>
    public long? Iops { get; init; }
    public long? ReadIops { get; init; }
    public long? WriteIops { get; init; }

    /// <summary>Of data that is read or written; zeroing and trimming move none.</summary>
    public long? BytesPerSecond { get; init; }
    public long? ReadBytesPerSecond { get; init; }
    public long? WriteBytesPerSecond { get; init; }

    [JsonIgnore]
    public bool AreNone => this == None;

    /// <exception cref="StoreException">A limit is none.</exception>
    public void Check()
    {
        if (new[] { Iops, ReadIops, WriteIops, BytesPerSecond, ReadBytesPerSecond, WriteBytesPerSecond }.Any(limit => limit < 1))
            throw new StoreException(StoreError.Invalid, "a limit is at least 1 per second");
    }
}
