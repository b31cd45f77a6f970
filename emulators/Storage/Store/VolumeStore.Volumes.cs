using Lab.Emulators.Storage.Qos;

namespace Lab.Emulators.Storage.Store;

/// <summary>A volume as the management shows it; <see cref="UsedBytes"/> counts its own layer alone.</summary>
public sealed record VolumeView(VolumeRecord Record, long UsedBytes, string? Damage);

/// <summary>Volumes and their snapshots.</summary>
public sealed partial class VolumeStore
{
    public IReadOnlyList<VolumeView> ListVolumes()
    {
        lock (changing)
            return [.. records.Volumes.Values.OrderBy(volume => volume.CreatedAt).Select(View)];
    }

    public VolumeView GetVolume(Guid id)
    {
        lock (changing)
            return View(Find(records.Volumes, id, "volume"));
    }

    /// <summary>Makes an empty volume, or a clone of a snapshot; a clone's size defaults to the snapshot's and is not less.</summary>
    public (VolumeView Volume, bool Created) CreateVolume(Guid id, long? sizeBytes, Guid? snapshotId)
    {
        if (sizeBytes is { } size)
            CheckSize(size);
        else if (snapshotId is null)
            throw new StoreException(StoreError.Invalid, "a volume needs a size or a snapshot");
        lock (changing)
        {
            if (records.Volumes.TryGetValue(id, out var known))
                return known.RequestedBytes == sizeBytes && known.SnapshotId == snapshotId
                    ? (View(known), false)
                    : throw new StoreException(StoreError.Conflict, $"volume {id} is there with other parameters");
            Bounded(records.Volumes, StoreLimits.VolumesMax, "volumes");
            Layer? parent = null;
            if (snapshotId is { } from)
            {
                var snapshot = Find(records.Snapshots, from, "snapshot");
                if (sizeBytes < snapshot.SizeBytes)
                    throw new StoreException(StoreError.Invalid, $"the snapshot has {snapshot.SizeBytes} bytes, a clone cannot have fewer");
                parent = layers[snapshot.LayerId];
                CheckStackable(parent);
            }
            return (View(AddVolume(id, parent, sizeBytes, snapshotId)), true);
        }
    }

    /// <summary>Grows a volume.</summary>
    public VolumeView ResizeVolume(Guid id, long sizeBytes)
    {
        CheckSize(sizeBytes);
        VolumeView view;
        lock (changing)
        {
            var record = Find(records.Volumes, id, "volume");
            CheckShared(id);
            if (sizeBytes < record.SizeBytes)
                throw new StoreException(StoreError.Invalid, $"volume {id} has {record.SizeBytes} bytes; it can only grow");
            if (sizeBytes > record.SizeBytes)
            {
                var next = records with
                {
                    Volumes = records.Volumes.SetItem(id, record with { SizeBytes = sizeBytes }),
                    Layers = records.Layers.SetItem(record.LayerId, records.Layers[record.LayerId] with { SizeBytes = sizeBytes }),
                };
                OpenVolume(id).Grow(sizeBytes, () => Commit(next));
            }
            view = View(records.Volumes[id]);
        }
        Resized?.Invoke(id);
        return view;
    }

    /// <summary>Deletes a volume; its snapshots stay, and the space that nothing else needs returns to the pool.</summary>
    public void DeleteVolume(Guid id)
    {
        lock (changing)
        {
            Find(records.Volumes, id, "volume");
            CheckUnused(id);
            CommitAndCollect(records with { Volumes = records.Volumes.Remove(id), Reservations = records.Reservations.Remove(id) });
            volumes.Remove(id, out var volume);
            volume?.Dispose();
            if (limiters.Remove(id, out var limiter))
                limiter.Dispose();
        }
        Deleted?.Invoke(id);
    }

    public IReadOnlyList<SnapshotRecord> ListSnapshots() => [.. records.Snapshots.Values.OrderBy(snapshot => snapshot.CreatedAt)];

    public SnapshotRecord GetSnapshot(Guid id) => Find(records.Snapshots, id, "snapshot");

    /// <summary>Keeps a volume as it is now, with every write that completed before this call.</summary>
    public (SnapshotRecord Snapshot, bool Created) CreateSnapshot(Guid id, Guid volumeId)
    {
        // Most of what is to be made durable is so before anybody has to wait for this.
        FlushIfOpen(volumeId);
        lock (changing)
        {
            if (records.Snapshots.TryGetValue(id, out var known))
                return known.VolumeId == volumeId
                    ? (known, false)
                    : throw new StoreException(StoreError.Conflict, $"snapshot {id} is there, of another volume");
            Bounded(records.Snapshots, StoreLimits.SnapshotsMax, "snapshots");
            var volume = Find(records.Volumes, volumeId, "volume");
            CheckStackable(layers[volume.LayerId]);
            var snapshot = new SnapshotRecord(id, volumeId, volume.LayerId, volume.SizeBytes, time.GetUtcNow());
            OpenVolume(volumeId).Seal(
                below => NewLayer(below, volume.SizeBytes),
                top =>
                {
                    Commit(records with
                    {
                        Layers = records.Layers.Add(top.Id, new LayerRecord(top.Id, volume.LayerId, volume.SizeBytes)),
                        Volumes = records.Volumes.SetItem(volumeId, volume with { LayerId = top.Id }),
                        Snapshots = records.Snapshots.Add(id, snapshot),
                    });
                    layers[top.Id] = top;
                });
            return (snapshot, true);
        }
    }

    /// <summary>Deletes a snapshot; its clones stay.</summary>
    public void DeleteSnapshot(Guid id)
    {
        lock (changing)
        {
            Find(records.Snapshots, id, "snapshot");
            CommitAndCollect(records with { Snapshots = records.Snapshots.Remove(id) });
        }
    }

    /// <summary>A volume for the caller alone, to replace its content; nobody may export, resize or delete it meanwhile.</summary>
    public VolumeUse UseAlone(Guid id)
    {
        lock (changing)
        {
            Find(records.Volumes, id, "volume");
            CheckUnused(id);
            return new VolumeUse(this, OpenVolume(id), alone: true);
        }
    }

    private VolumeRecord AddVolume(Guid id, Layer? parent, long? requested, Guid? snapshotId)
    {
        var sizeBytes = requested ?? parent!.SizeBytes;
        var layer = NewLayer(parent, sizeBytes);
        var record = new VolumeRecord(id, layer.Id, sizeBytes, requested, snapshotId, time.GetUtcNow());
        try
        {
            Commit(records with
            {
                Layers = records.Layers.Add(layer.Id, new LayerRecord(layer.Id, parent?.Id, sizeBytes)),
                Volumes = records.Volumes.Add(id, record),
            });
        }
        catch
        {
            layer.Delete();
            throw;
        }
        layers[layer.Id] = layer;
        volumes[id] = new StoredVolume(id, layer, space);
        return record;
    }

    private VolumeView View(VolumeRecord record)
    {
        var top = layers[record.LayerId];
        var damage = new LayerChain(top).Damage;
        return new VolumeView(record, top.Map.DataChunks << StoreLimits.ChunkShift, damage);
    }

    private StoredVolume OpenVolume(Guid id)
    {
        var volume = volumes[id];
        volume.Open();
        return volume;
    }

    private void FlushIfOpen(Guid id)
    {
        VolumeUse use;
        lock (changing)
        {
            if (!users.ContainsKey(id) || !volumes.TryGetValue(id, out var volume))
                return;
            use = new VolumeUse(this, volume);
        }
        using (use)
            use.Stored.Flush();
    }

    private void CheckUnused(Guid id)
    {
        if (records.Exports.Values.FirstOrDefault(export => export.VolumeId == id) is { } export)
            throw new StoreException(StoreError.Conflict, $"volume {id} is exported as {export.Id}");
        if (users.ContainsKey(id))
            throw new StoreException(StoreError.Conflict, $"volume {id} is in use");
    }

    private void CheckShared(Guid id)
    {
        if (usedAlone.Contains(id))
            throw new StoreException(StoreError.Conflict, $"volume {id} is being filled");
    }

    private static void CheckStackable(Layer layer)
    {
        if (layer.Damage is { } damage)
            throw new StoreException(StoreError.Damaged, damage);
        if (layer.Depth >= StoreLimits.LayersDeepMax)
            throw new StoreException(StoreError.NoSpace, $"{StoreLimits.LayersDeepMax} layers are the most that can lie on one another");
    }

    private static void CheckSize(long sizeBytes)
    {
        if (sizeBytes is <= 0 or > StoreLimits.VolumeBytesMax || sizeBytes % StoreLimits.SectorBytes != 0)
            throw new StoreException(
                StoreError.Invalid,
                $"a size is a multiple of {StoreLimits.SectorBytes} bytes, more than 0 and at most {StoreLimits.VolumeBytesMax}");
    }

    private void Release(VolumeUse use)
    {
        var id = use.Volume.Id;
        lock (changing)
        {
            if (use.Alone)
                usedAlone.Remove(id);
            if (--users[id] == 0)
                users.Remove(id);
        }
    }

    /// <summary>Holds a volume in use until disposed.</summary>
    public sealed class VolumeUse : IDisposable
    {
        private readonly VolumeStore store;
        private readonly LimitedVolume limited;
        private bool ended;

        internal VolumeUse(VolumeStore store, StoredVolume volume, bool alone = false, IVolumeGuard? guard = null)
        {
            this.store = store;
            Stored = volume;
            var presented = store.Present(volume, guard);
            limited = new LimitedVolume(presented, store.LimiterOf(volume.Id), guard);
            // Limits are for clients, not for whoever replaces a volume's content.
            Volume = alone ? presented : limited;
            Alone = alone;
            if (alone)
                store.usedAlone.Add(volume.Id);
            store.users[volume.Id] = store.users.GetValueOrDefault(volume.Id) + 1;
        }

        public IBlockVolume Volume { get; }

        internal StoredVolume Stored { get; }

        internal bool Alone { get; }

        /// <summary>The user goes: its requests do not wait for their turn any more.</summary>
        internal void Hurry()
        {
            lock (limited)
                if (!ended)
                    limited.Hurry();
        }

        public void Dispose()
        {
            lock (limited)
            {
                if (ended)
                    return;
                ended = true;
            }
            store.Release(this);
            limited.Dispose();
        }
    }
}
