using System.Collections.Immutable;
using Lab.Emulators.Storage.Linux;

namespace Lab.Emulators.Storage.Store;

/// <summary>Where a pool lies, and how many bytes of data it may hold (null: as many as the disk).</summary>
public sealed record PoolOptions(string Directory, long? SizeBytes);

/// <summary>What a pool has and uses, in bytes; <see cref="ProvisionedBytes"/> is the sum of the volumes' sizes.</summary>
public sealed record PoolUsage(long SizeBytes, long UsedBytes, long ProvisionedBytes, int Volumes, int Snapshots);

/// <summary>
/// The volumes, snapshots and exports of one pool, on disk under one directory. Creating with an id that is there already returns what is
/// there if the parameters are the same, and is a conflict otherwise. Every change is durable when its method returns; failures are
/// <see cref="StoreException"/> and change nothing.
/// </summary>
public sealed partial class VolumeStore : IDisposable
{
    /// <summary>The name of the only pool.</summary>
    public const string PoolName = "default";

    private readonly Lock changing = new();
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly string layerDirectory;
    private readonly FileStream lockFile;
    private readonly PoolFile file;
    private readonly PoolSpace space;
    private readonly string directory;
    private readonly Dictionary<Guid, Layer> layers = [];
    private readonly Dictionary<Guid, StoredVolume> volumes = [];
    private readonly Dictionary<Guid, int> users = [];
    private readonly HashSet<Guid> usedAlone = [];
    private volatile PoolRecords records = PoolRecords.Empty;

    private VolumeStore(PoolOptions options, FileStream lockFile, TimeProvider time, ILogger logger)
    {
        directory = options.Directory;
        this.lockFile = lockFile;
        this.time = time;
        this.logger = logger;
        layerDirectory = Path.Combine(directory, "layers");
        file = new PoolFile(directory);
        space = new PoolSpace(options.SizeBytes);
    }

    /// <summary>Opens a pool, making it when there is none.</summary>
    /// <exception cref="StoreException">Another process has it, or its records are damaged.</exception>
    public static VolumeStore Open(PoolOptions options, TimeProvider time, ILogger<VolumeStore> logger)
    {
        FileStream lockFile;
        try
        {
            Directory.CreateDirectory(Path.Combine(options.Directory, "layers"));
            lockFile = new FileStream(Path.Combine(options.Directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreError.Io, $"cannot open the pool {options.Directory}: {failure.Message}", failure);
        }
        var store = new VolumeStore(options, lockFile, time, logger);
        try
        {
            store.Load();
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>What fronts are given for a volume: itself, unless something is to stand before it, which asks the guard after it held a request up.</summary>
    internal Func<IBlockVolume, IVolumeGuard?, IBlockVolume> Present { get; set; } = (volume, _) => volume;

    /// <summary>A volume has another size now.</summary>
    internal event Action<Guid>? Resized;

    /// <summary>A volume is no more.</summary>
    internal event Action<Guid>? Deleted;

    /// <summary>An export came or went.</summary>
    internal event Action? ExportsChanged;

    public PoolUsage Usage
    {
        get
        {
            var now = records;
            var size = space.SizeBytes ?? space.UsedBytes + new DriveInfo(directory).AvailableFreeSpace;
            return new PoolUsage(
                size, space.UsedBytes, now.Volumes.Values.Sum(volume => volume.SizeBytes), now.Volumes.Count, now.Snapshots.Count);
        }
    }

    /// <summary>Makes everything durable and closes the files. No volume may be in use.</summary>
    public void Dispose()
    {
        lock (changing)
        {
            foreach (var (id, volume) in volumes)
            {
                try
                {
                    if (records.Volumes.TryGetValue(id, out var record) && layers[record.LayerId].Damage is null)
                        volume.Flush();
                }
                catch (StoreException failure)
                {
                    LogFlushFailed(id, failure);
                }
                volume.Dispose();
            }
            foreach (var layer in layers.Values)
                layer.Dispose();
            foreach (var limiter in limiters.Values)
                limiter.Dispose();
            layers.Clear();
            volumes.Clear();
            lockFile.Dispose();
        }
    }

    private void Load()
    {
        records = file.Load();
        foreach (var id in records.Layers.Keys)
            LoadLayer(id);
        foreach (var volume in records.Volumes.Values)
            volumes[volume.Id] = new StoredVolume(volume.Id, layers[volume.LayerId], space);
        RemoveStrays();
        LogOpened(directory, records.Volumes.Count, records.Layers.Count, space.UsedBytes);
    }

    private Layer LoadLayer(Guid id)
    {
        if (layers.TryGetValue(id, out var known))
            return known;
        if (!records.Layers.TryGetValue(id, out var record))
            throw new StoreException(StoreError.Damaged, $"the records miss layer {id}");
        var parent = record.ParentId is { } parentId ? LoadLayer(parentId) : null;
        var layer = Layer.Load(layerDirectory, id, parent, record.SizeBytes);
        layers[id] = layer;
        space.Adopt(layer.Map.DataChunks);
        if (layer.Damage is { } damage)
            LogDamaged(damage);
        else if (layer.MendedPages > 0)
            LogMended(id, layer.MendedPages);
        return layer;
    }

    /// <summary>Removes the files of layers that a crash left between the making of a file and its record, or the other way about.</summary>
    private void RemoveStrays()
    {
        foreach (var path in Directory.EnumerateFiles(layerDirectory))
            if (!Guid.TryParse(Path.GetFileNameWithoutExtension(path), out var id) || !records.Layers.ContainsKey(id))
                File.Delete(path);
    }

    private void Commit(PoolRecords next)
    {
        try
        {
            file.Save(next);
        }
        catch (IOException failure)
        {
            throw Failed(failure);
        }
        records = next;
    }

    /// <summary>Commits records and removes the layers they no longer need.</summary>
    private void CommitAndCollect(PoolRecords next)
    {
        Commit(next.WithoutUnusedLayers());
        foreach (var id in layers.Keys.Where(id => !records.Layers.ContainsKey(id)).ToArray())
        {
            layers.Remove(id, out var layer);
            space.Return(layer!.Map.DataChunks);
            layer.Delete();
        }
    }

    private Layer NewLayer(Layer? parent, long sizeBytes)
    {
        try
        {
            return Layer.Create(layerDirectory, Guid.CreateVersion7(time.GetUtcNow()), parent, sizeBytes);
        }
        catch (IOException failure)
        {
            throw Failed(failure);
        }
    }

    private static StoreException Failed(IOException failure) => failure.HResult == Libc.ErrnoNoSpace
        ? new StoreException(StoreError.NoSpace, "the disk under the pool is full", failure)
        : new StoreException(StoreError.Io, failure.Message, failure);

    private static ImmutableDictionary<TKey, TValue> Bounded<TKey, TValue>(ImmutableDictionary<TKey, TValue> all, int max, string what)
        where TKey : notnull => all.Count < max ? all : throw new StoreException(StoreError.NoSpace, $"there are {max} {what} already");

    private static T Find<TKey, T>(ImmutableDictionary<TKey, T> all, TKey id, string what)
        where TKey : notnull =>
        all.TryGetValue(id, out var found) ? found : throw new StoreException(StoreError.NotFound, $"there is no {what} {id}");
}
