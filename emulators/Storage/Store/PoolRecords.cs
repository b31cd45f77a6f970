using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lab.Emulators.Storage.Store;

/// <summary>A layer, sealed or topmost. Sizes are in bytes throughout.</summary>
public sealed record LayerRecord(Guid Id, Guid? ParentId, long SizeBytes);

/// <summary>A volume; <see cref="RequestedBytes"/> is what its creation asked for, before any resize.</summary>
public sealed record VolumeRecord(
    Guid Id, Guid LayerId, long SizeBytes, long? RequestedBytes, Guid? SnapshotId, DateTimeOffset CreatedAt, VolumeLimits? Limits = null);

/// <summary>A snapshot: a name for a sealed layer.</summary>
public sealed record SnapshotRecord(Guid Id, Guid VolumeId, Guid LayerId, long SizeBytes, DateTimeOffset CreatedAt);

/// <summary>A volume shown under a name to the clients with the listed IP addresses (NBD), and to the listed hosts (NVMe/TCP).</summary>
public sealed record ExportRecord(string Id, Guid VolumeId, ImmutableArray<string> Clients, bool ReadOnly, ImmutableArray<AllowedHost>? Hosts = null)
{
    [JsonIgnore]
    public ImmutableArray<AllowedHost> AllowedHosts => Hosts ?? [];
}

/// <summary>An NVMe host that may connect.</summary>
/// <param name="Nqn">Its NQN; <see cref="AnyNqn"/> is every host's.</param>
/// <param name="Secret">Its DH-HMAC-CHAP secret, in the text form; null lets it in by its name alone.</param>
/// <param name="ControllerSecret">By which the target authenticates itself to a host that asks it to.</param>
public sealed record AllowedHost(string Nqn, string? Secret, string? ControllerSecret = null)
{
    public const string AnyNqn = "*";
}

/// <summary>The persistent reservation of a volume, and the hosts that are registered for it.</summary>
/// <param name="Type">Of the NVM command set; 0 while nobody holds it.</param>
/// <param name="Holder">Host identifier.</param>
internal sealed record ReservationRecord(uint Generation, byte Type, Guid Holder, ImmutableArray<RegistrantRecord> Registrants);

internal sealed record RegistrantRecord(Guid HostId, ulong Key);

/// <summary>Everything a pool holds; reservations by volume.</summary>
internal sealed record PoolRecords(
    ImmutableDictionary<Guid, LayerRecord> Layers,
    ImmutableDictionary<Guid, VolumeRecord> Volumes,
    ImmutableDictionary<Guid, SnapshotRecord> Snapshots,
    ImmutableDictionary<string, ExportRecord> Exports,
    ImmutableDictionary<Guid, ReservationRecord> Reservations)
{
    public static PoolRecords Empty { get; } = new(
        ImmutableDictionary<Guid, LayerRecord>.Empty,
        ImmutableDictionary<Guid, VolumeRecord>.Empty,
        ImmutableDictionary<Guid, SnapshotRecord>.Empty,
        ImmutableDictionary<string, ExportRecord>.Empty,
        ImmutableDictionary<Guid, ReservationRecord>.Empty);

    /// <summary>The records without the layers that no volume, snapshot or remaining layer refers to.</summary>
    public PoolRecords WithoutUnusedLayers()
    {
        var used = new HashSet<Guid>();
        foreach (var start in Volumes.Values.Select(volume => volume.LayerId).Concat(Snapshots.Values.Select(snapshot => snapshot.LayerId)))
            for (Guid? at = start; at is { } id && used.Add(id); at = Layers[id].ParentId)
            {
            }
        return this with { Layers = Layers.RemoveRange(Layers.Keys.Where(id => !used.Contains(id))) };
    }
}

/// <summary>The file form of <see cref="PoolRecords"/>.</summary>
internal sealed record PoolDocument(
    int Version, LayerRecord[] Layers, VolumeRecord[] Volumes, SnapshotRecord[] Snapshots, ExportRecord[] Exports,
    ImmutableDictionary<Guid, ReservationRecord>? Reservations = null)
{
    public const int CurrentVersion = 1;

    public static PoolDocument From(PoolRecords records) => new(
        CurrentVersion, [.. records.Layers.Values], [.. records.Volumes.Values], [.. records.Snapshots.Values], [.. records.Exports.Values],
        records.Reservations);

    public PoolRecords ToRecords() => new(
        Layers.ToImmutableDictionary(layer => layer.Id),
        Volumes.ToImmutableDictionary(volume => volume.Id),
        Snapshots.ToImmutableDictionary(snapshot => snapshot.Id),
        Exports.ToImmutableDictionary(export => export.Id),
        Reservations ?? ImmutableDictionary<Guid, ReservationRecord>.Empty);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PoolDocument))]
internal sealed partial class PoolJson : JsonSerializerContext;
