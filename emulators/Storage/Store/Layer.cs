using Lab.Emulators.Storage.Linux;
using Microsoft.Win32.SafeHandles;

namespace Lab.Emulators.Storage.Store;

/// <summary>
/// One layer: a sparse data file, where a chunk lies at its own offset, and a map that says which chunks count. The topmost layer of a
/// volume is written; the ones below never change.
/// </summary>
internal sealed class Layer : IDisposable
{
    private readonly string dataPath;
    private readonly string mapPath;
    private readonly Lock opening = new();
    private readonly LayerJournal journal;
    private SafeFileHandle? data;
    private LayerMapFile? mapFile;
    private bool swept;

    private Layer(string directory, Guid id, Layer? parent, long sizeBytes)
    {
        Id = id;
        Parent = parent;
        SizeBytes = sizeBytes;
        Depth = (parent?.Depth ?? 0) + 1;
        dataPath = DataPath(directory, id);
        mapPath = Path.Combine(directory, $"{id:D}.map");
        journal = new LayerJournal(Path.Combine(directory, $"{id:D}.journal"));
        Map = new LayerMap(0);
    }

    public Guid Id { get; }
    public Layer? Parent { get; }
    public int Depth { get; }
    public long SizeBytes { get; private set; }
    public LayerMap Map
    {
        get;
        private set
        {
            field = value;
            value.Changed = journal.Append;
        }
    }

    /// <summary>Why the layer cannot be used; null when it can.</summary>
    public string? Damage { get; private set; }

    /// <summary>Pages of the map that failed their checksum and were mended from their copy.</summary>
    public int MendedPages => mapFile?.MendedPages ?? 0;

    public static string DataPath(string directory, Guid id) => Path.Combine(directory, $"{id:D}.data");

    /// <summary>Makes an empty layer, durably.</summary>
    public static Layer Create(string directory, Guid id, Layer? parent, long sizeBytes)
    {
        var layer = new Layer(directory, id, parent, sizeBytes) { Map = new LayerMap(sizeBytes), swept = true };
        try
        {
            layer.data = File.OpenHandle(
                layer.dataPath, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            RandomAccess.SetLength(layer.data, sizeBytes);
            layer.mapFile = LayerMapFile.Create(layer.mapPath, id, sizeBytes);
            Libc.DirectorySync(directory);
            return layer;
        }
        catch
        {
            layer.Delete();
            throw;
        }
    }

    /// <summary>Loads a layer from disk; a damaged one comes with <see cref="Damage"/>.</summary>
    public static Layer Load(string directory, Guid id, Layer? parent, long sizeBytes)
    {
        var layer = new Layer(directory, id, parent, sizeBytes);
        try
        {
            layer.mapFile = LayerMapFile.Open(layer.mapPath, id, sizeBytes, out var map);
            // What the process before wrote and did not flush is committed before anything builds on it.
            var isAhead = layer.journal.Replay((chunk, count, state) =>
            {
                if (chunk >= 0 && chunk < LayerMap.ChunkCount(sizeBytes) && state <= ChunkState.Zero)
                    map.Set(chunk, Math.Min(count, LayerMap.ChunkCount(sizeBytes) - chunk), state);
            });
            layer.Map = map;
            if (!File.Exists(layer.dataPath) && map.DataChunks > 0)
                layer.Damage = $"the data of layer {id} is missing";
            else if (isAhead)
                layer.CommitReplayed();
        }
        catch (StoreException failure)
        {
            layer.Damage = failure.Message;
        }
        return layer;
    }

    /// <summary>The data file, ready to be read; opened on first use.</summary>
    public SafeFileHandle Data => data ?? OpenData();

    /// <summary>
    /// Makes the layer ready to be written: what a crash left in the data file without its map entry is taken out, so that a chunk that the
    /// map does not know is a hole.
    /// </summary>
    public void Sweep()
    {
        lock (opening)
        {
            if (swept)
                return;
            var file = Data;
            if (RandomAccess.GetLength(file) < SizeBytes)
                RandomAccess.SetLength(file, SizeBytes);
            for (var at = Libc.SeekData(file, 0); at >= 0;)
            {
                var end = Libc.SeekHole(file, at);
                PunchUnmapped(file, at >> StoreLimits.ChunkShift, LayerMap.ChunkCount(end));
                at = Libc.SeekData(file, end);
            }
            swept = true;
        }
    }

    /// <summary>Makes the layer as it is now durable: the data first, then the map that points to it.</summary>
    public void Persist()
    {
        // The pages are copied before the data is synced: each chunk in them was written whole before it was marked.
        var pages = Map.TakeDirty(journal.TakeTurn);
        if (data is { } file)
            Libc.DataSync(file);
        mapFile!.Commit(pages);
        if (pages.Count == 0)
            return;
        journal.Committed();
        ThreadPool.UnsafeQueueUserWorkItem(static map => map.MirrorQuietly(), this, preferLocal: false);
    }

    /// <summary>Lets the files hold <paramref name="sizeBytes"/>, durably; <see cref="Grow"/> then makes it so in memory.</summary>
    public void Extend(long sizeBytes)
    {
        RandomAccess.SetLength(Data, sizeBytes);
        Libc.DataSync(Data);
        mapFile!.Extend(sizeBytes);
    }

    public void Grow(long sizeBytes)
    {
        Map.Grow(sizeBytes);
        SizeBytes = sizeBytes;
    }

    /// <summary>Closes and removes the files.</summary>
    public void Delete()
    {
        mapFile?.Discard();
        journal.Delete();
        data?.Dispose();
        File.Delete(mapPath);
        File.Delete(dataPath);
    }

    public void Dispose()
    {
        mapFile?.Dispose();
        journal.Dispose();
        data?.Dispose();
    }

    private void CommitReplayed()
    {
        _ = Data;
        Persist();
        journal.Delete();
    }

    private SafeFileHandle OpenData()
    {
        lock (opening)
            return data ??= File.OpenHandle(
                dataPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
    }

    private void PunchUnmapped(SafeFileHandle file, long chunk, long end)
    {
        while (chunk < end)
        {
            if (Map.GetRun(chunk, end - chunk, out var run) != ChunkState.Data)
                Libc.Punch(file, chunk << StoreLimits.ChunkShift, run << StoreLimits.ChunkShift);
            chunk += run;
        }
    }

    private void MirrorQuietly()
    {
        try
        {
            mapFile!.Mirror();
        }
        catch (IOException)
        {
            // The commit stands; the next one mirrors first and reports.
        }
    }
}
