using System.Runtime.InteropServices;
using Lab.Protocols.VhostUser;

namespace Lab.Emulators.Dpu.DataPath.Vhost;

/// <summary>The host's memory as far as the front end grants it. Nothing outside is ever touched: every address is looked up here.</summary>
internal sealed unsafe class GuestMemory : IDisposable
{
    private readonly Region[] regions;

    private GuestMemory(Region[] regions) => this.regions = regions;

    /// <param name="files">One for each region; the caller keeps them.</param>
    /// <exception cref="VhostException">A region cannot be.</exception>
    public static GuestMemory Map(IReadOnlyList<MemoryRegion> table, IReadOnlyList<SafeHandle> files)
    {
        if (files.Count != table.Count)
            throw new VhostException($"{table.Count} regions of memory with {files.Count} descriptors");
        var mapped = new List<Region>();
        try
        {
            for (var i = 0; i < table.Count; i++)
            {
                var region = table[i];
                if (region.Size == 0 || region.FileOffset > ulong.MaxValue - region.Size || region.GuestAddress > ulong.MaxValue - region.Size
                    || region.UserAddress > ulong.MaxValue - region.Size)
                    throw new VhostException("a region of memory that cannot be");
                mapped.Add(new Region(region, SharedMemory.Map(files[i], region.FileOffset + region.Size)));
            }
            return new GuestMemory([.. mapped.OrderBy(one => one.Table.GuestAddress)]);
        }
        catch (Exception e)
        {
            foreach (var region in mapped)
                region.Memory.Dispose();
            throw e is IOException ? new VhostException(e.Message, e) : e;
        }
    }

    /// <summary>Where a guest's bytes are, for as many of them as lie in one stretch; null when it was not granted.</summary>
    public byte* Find(ulong guestAddress, ulong length, out ulong run)
    {
        foreach (var region in regions)
        {
            var into = guestAddress - region.Table.GuestAddress;
            if (guestAddress < region.Table.GuestAddress || into >= region.Table.Size)
                continue;
            run = Math.Min(length, region.Table.Size - into);
            return region.Memory.Memory + region.Table.FileOffset + into;
        }
        run = 0;
        return null;
    }

    /// <summary>Where the front end's own address is, all of its bytes in one stretch; null when it was not granted.</summary>
    public byte* FindUser(ulong userAddress, ulong length)
    {
        foreach (var region in regions)
        {
            var into = userAddress - region.Table.UserAddress;
            if (userAddress >= region.Table.UserAddress && into < region.Table.Size && length <= region.Table.Size - into)
                return region.Memory.Memory + region.Table.FileOffset + into;
        }
        return null;
    }

    public void Dispose()
    {
        foreach (var region in regions)
            region.Memory.Dispose();
    }

    private sealed record Region(MemoryRegion Table, SharedMemory Memory);
}
