namespace Lab.Emulators.Storage.Store;

/// <summary>What a layer says about one chunk.</summary>
internal enum ChunkState
{
    /// <summary>Nothing: ask the layer below; zero if there is none.</summary>
    Absent = 0,

    /// <summary>The layer's file has it.</summary>
    Data = 1,

    /// <summary>Zero, whatever is below.</summary>
    Zero = 2,
}

/// <summary>A page of a layer's map, as it is to be written: 2 bits per chunk, the lowest bits of a word first.</summary>
internal readonly record struct MapPage(int Index, ulong[] Words);

/// <summary>
/// State of every chunk of a layer, in pages made on first use, so that an empty layer of any size costs next to nothing. Reads take no
/// lock.
/// </summary>
internal sealed class LayerMap
{
    public const int WordsPerPage = 256;
    public const int ChunksPerWord = 32;
    public const int ChunksPerPage = WordsPerPage * ChunksPerWord;

    private readonly Lock writing = new();
    private readonly HashSet<int> dirty = [];
    private volatile ulong[]?[] pages;
    private long dataChunks;
    private long zeroChunks;

    /// <summary>Hears of every change of a run of chunks, in the order of the changes and before their <see cref="Set"/> returns.</summary>
    public Action<long, long, ChunkState>? Changed { get; set; }

    public LayerMap(long sizeBytes) => pages = new ulong[]?[PageCount(sizeBytes)];

    /// <summary>Chunks that hold data.</summary>
    public long DataChunks => Volatile.Read(ref dataChunks);

    public static int PageCount(long sizeBytes) =>
        (int)((ChunkCount(sizeBytes) + ChunksPerPage - 1) / ChunksPerPage);

    public static long ChunkCount(long sizeBytes) => (sizeBytes + StoreLimits.ChunkBytes - 1) >> StoreLimits.ChunkShift;

    public ChunkState Get(long chunk)
    {
        var all = pages;
        var index = chunk / ChunksPerPage;
        if (index >= all.Length || Volatile.Read(ref all[index]) is not { } words)
            return ChunkState.Absent;
        var inPage = (int)(chunk % ChunksPerPage);
        return StateIn(Volatile.Read(ref words[inPage / ChunksPerWord]), inPage % ChunksPerWord);
    }

    /// <summary>The state of a chunk, and of how many from it on, at most <paramref name="max"/>, it is the state.</summary>
    public ChunkState GetRun(long chunk, long max, out long run)
    {
        var state = Get(chunk);
        run = 1;
        var all = pages;
        var whole = (ulong)state * 0x5555_5555_5555_5555;
        while (run < max)
        {
            var at = chunk + run;
            var index = at / ChunksPerPage;
            var inPage = (int)(at % ChunksPerPage);
            if (index >= all.Length || Volatile.Read(ref all[index]) is not { } words)
            {
                if (state != ChunkState.Absent)
                    return state;
                run = index >= all.Length ? max : Math.Min(max, run + ChunksPerPage - inPage);
                continue;
            }
            var word = Volatile.Read(ref words[inPage / ChunksPerWord]);
            if (inPage % ChunksPerWord == 0 && word == whole && max - run >= ChunksPerWord)
                run += ChunksPerWord;
            else if (StateIn(word, inPage % ChunksPerWord) == state)
                run++;
            else
                return state;
        }
        return state;
    }

    /// <summary>Sets a run of chunks; returns by how many the chunks that hold data grew.</summary>
    public long Set(long chunk, long count, ChunkState state)
    {
        lock (writing)
        {
            var before = dataChunks;
            var isChanged = false;
            for (var at = chunk; at < chunk + count; at++)
                isChanged |= SetOne(at, state);
            if (isChanged)
                Changed?.Invoke(chunk, count, state);
            return dataChunks - before;
        }
    }

    /// <summary>Puts a page as read from disk.</summary>
    /// <exception cref="InvalidDataException">The page has a state that there is not, or lies behind the end.</exception>
    public void Load(MapPage page)
    {
        lock (writing)
        {
            if (page.Index >= pages.Length)
                throw new InvalidDataException($"page {page.Index} lies behind the end");
            foreach (var word in page.Words)
            {
                var data = word & 0x5555_5555_5555_5555;
                var zero = (word >> 1) & 0x5555_5555_5555_5555;
                if ((data & zero) != 0)
                    throw new InvalidDataException($"page {page.Index} has an unknown state");
                dataChunks += System.Numerics.BitOperations.PopCount(data);
                zeroChunks += System.Numerics.BitOperations.PopCount(zero);
            }
            pages[page.Index] = page.Words;
        }
    }

    /// <summary>Copies of the pages that changed since the last call.</summary>
    /// <param name="taking">Called when there are any; no change comes between it and the copies.</param>
    public List<MapPage> TakeDirty(Action taking)
    {
        lock (writing)
        {
            if (dirty.Count > 0)
                taking();
            var taken = new List<MapPage>(dirty.Count);
            foreach (var index in dirty.Order())
                taken.Add(new MapPage(index, (ulong[])pages[index]!.Clone()));
            dirty.Clear();
            return taken;
        }
    }

    /// <summary>True when the layer says nothing about any chunk.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (writing)
                return dataChunks == 0 && zeroChunks == 0;
        }
    }

    public void Grow(long sizeBytes)
    {
        lock (writing)
        {
            var grown = new ulong[]?[PageCount(sizeBytes)];
            pages.CopyTo(grown, 0);
            pages = grown;
        }
    }

    private bool SetOne(long chunk, ChunkState state)
    {
        var index = (int)(chunk / ChunksPerPage);
        var inPage = (int)(chunk % ChunksPerPage);
        var words = pages[index];
        if (words is null)
        {
            if (state == ChunkState.Absent)
                return false;
            Volatile.Write(ref pages[index], words = new ulong[WordsPerPage]);
        }
        ref var word = ref words[inPage / ChunksPerWord];
        var shift = inPage % ChunksPerWord * 2;
        var old = StateIn(word, inPage % ChunksPerWord);
        if (old == state)
            return false;
        Volatile.Write(ref word, (word & ~(3UL << shift)) | ((ulong)state << shift));
        dataChunks += (state == ChunkState.Data ? 1 : 0) - (old == ChunkState.Data ? 1 : 0);
        zeroChunks += (state == ChunkState.Zero ? 1 : 0) - (old == ChunkState.Zero ? 1 : 0);
        dirty.Add(index);
        return true;
    }

    private static ChunkState StateIn(ulong word, int index) => (ChunkState)((word >> (index * 2)) & 3);
}
