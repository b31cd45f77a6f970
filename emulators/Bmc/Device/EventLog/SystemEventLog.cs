using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Lab.Emulators.Bmc.Device;

/// <summary>The system event log: a value. A full log keeps what it has and drops what comes (IPMI 2.0 §31.1, overflow).</summary>
public sealed record SystemEventLog
{
    public const int EntriesMax = 512;
    private const ushort IdMax = 0xfffe;

    public ImmutableList<SelEntry> Entries { get; init; } = [];
    public ushort LastId { get; init; }
    public DateTimeOffset? LastAddition { get; init; }
    public DateTimeOffset? LastErase { get; init; }

    /// <summary>Events were dropped since it was last cleared.</summary>
    public bool HasOverflowed { get; init; }

    [JsonIgnore]
    public int Free => EntriesMax - Entries.Count;

    public SystemEventLog Add(SelEvent added, DateTimeOffset now)
    {
        if (Free == 0)
            return this with { HasOverflowed = true };
        var id = LastId == IdMax ? (ushort)1 : (ushort)(LastId + 1);
        return this with { Entries = Entries.Add(new SelEntry(id, now, added)), LastId = id, LastAddition = now };
    }

    /// <summary>Null when there is no such entry.</summary>
    public SelEntry? Find(ushort id) => Entries.Find(entry => entry.Id == id);

    public SystemEventLog Remove(ushort id, DateTimeOffset now) =>
        this with { Entries = Entries.RemoveAll(entry => entry.Id == id), LastErase = now };

    /// <summary>Empties it, but for the event that says so.</summary>
    public SystemEventLog Clear(DateTimeOffset now) =>
        (this with { Entries = [], LastErase = now, HasOverflowed = false }).Add(SelEvents.LogCleared, now);
}
