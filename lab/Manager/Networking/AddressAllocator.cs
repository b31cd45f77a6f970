namespace Lab.Manager.Networking;

/// <summary>Chooses addresses of a subnet. Pure: who holds what is given.</summary>
internal static class AddressAllocator
{
    /// <returns>The lowest free address of the pools, or null when all are taken.</returns>
    public static uint? Choose(IEnumerable<AddressRange> pools, IReadOnlySet<uint> taken)
    {
        foreach (var pool in pools)
        {
            // A 64-bit counter ends at 255.255.255.255 too. At most taken.Count + 1 steps.
            for (ulong address = pool.First; address <= pool.Last; address++)
                if (!taken.Contains((uint)address))
                    return (uint)address;
        }
        return null;
    }
}
