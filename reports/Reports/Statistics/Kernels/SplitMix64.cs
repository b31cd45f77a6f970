namespace Lab.Reports.Statistics.Kernels;

/// <summary>
/// Seeded generator (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014). Unlike that of
/// <see cref="Random"/> its sequence belongs to no .NET version: a judgement can be repeated years later.
/// </summary>
internal struct SplitMix64(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>In [0, limit). Its bias, limit / 2⁶⁴, is nothing that a resample would show.</summary>
    public int Below(int limit) => (int)Math.BigMul(Next(), (ulong)limit, out _);

    /// <summary>In (0, 1).</summary>
    public double Unit() => ((Next() >> 12) + 0.5) * (1.0 / (1L << 52));

    /// <summary>A seed of its own for a named part of the work, so that parts do not depend on their order (FNV-1a of the name).</summary>
    public static ulong SeedOf(ulong seed, string name)
    {
        var hash = 14695981039346656037UL;
        foreach (var letter in name)
            hash = (hash ^ letter) * 1099511628211UL;
        return new SplitMix64(seed ^ hash).Next();
    }
}
