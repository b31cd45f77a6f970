namespace Lab.Emulators.Storage.Store;

/// <summary>The layers of a volume from the top down, as one read sees them.</summary>
internal sealed class LayerChain
{
    private readonly Layer[] layers;

    public LayerChain(Layer top)
    {
        layers = new Layer[top.Depth];
        var at = 0;
        for (Layer? layer = top; layer is not null; layer = layer.Parent)
            layers[at++] = layer;
    }

    public Layer Top => layers[0];

    /// <summary>Why the volume cannot be used; null when it can.</summary>
    public string? Damage => layers.FirstOrDefault(layer => layer.Damage is not null)?.Damage;

    /// <summary>The layer whose data the bytes at <paramref name="offset"/> are (null: zero), and for how many bytes that holds.</summary>
    public long FindRun(long offset, long lengthMax, out Layer? owner)
    {
        var chunk = offset >> StoreLimits.ChunkShift;
        var chunks = ((offset + lengthMax - 1) >> StoreLimits.ChunkShift) - chunk + 1;
        var run = Find(0, chunk, chunks, out owner);
        return Math.Min(lengthMax, ((chunk + run) << StoreLimits.ChunkShift) - offset);
    }

    /// <summary>The layer below the top that has a chunk's data (null: none), and for how many of at most <paramref name="max"/> chunks.</summary>
    public long FindBelow(long chunk, long max, out Layer? owner) => Find(1, chunk, max, out owner);

    private long Find(int first, long chunk, long max, out Layer? owner)
    {
        owner = null;
        for (var i = first; i < layers.Length; i++)
        {
            var state = layers[i].Map.GetRun(chunk, max, out max);
            if (state == ChunkState.Absent)
                continue;
            if (state == ChunkState.Data)
                owner = layers[i];
            break;
        }
        return max;
    }
}
