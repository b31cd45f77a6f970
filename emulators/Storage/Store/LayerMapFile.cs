using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Lab.Emulators.Storage.Linux;
using Microsoft.Win32.SafeHandles;

namespace Lab.Emulators.Storage.Store;

/// <summary>
/// A layer's map on disk. Every page, and a header, has two slots of 4 KiB, each with a generation and a CRC-32C over all of it. A flush
/// writes the first slots and makes them durable, which is the commit; the second slots follow before the first are touched again, and are
/// there, empty, before the first are written at all. So at any moment one of the two is whole: a torn or damaged slot is found by its
/// checksum and mended from the other; if neither is whole, the layer is refused.
/// </summary>
internal sealed class LayerMapFile : IDisposable
{
    private const int SlotBytes = 4096;
    private const int PayloadOffset = 64;
    private const int ChecksumOffset = 40;
    private const ulong Magic = 0x3130_5041_4d42_414c;
    private const uint Version = 1;
    private const long HeaderPage = -1;

    private readonly Guid layer;
    private readonly SafeFileHandle file;
    private readonly Lock writing = new();
    private readonly byte[] slot = new byte[SlotBytes];
    private readonly HashSet<long> present = [];
    private List<MapPage> unmirrored = [];
    private ulong unmirroredGeneration;
    private ulong generation;
    private bool mended;

    private LayerMapFile(Guid layer, SafeFileHandle file)
    {
        this.layer = layer;
        this.file = file;
    }

    /// <summary>Pages mended from their second slot when the file was opened.</summary>
    public int MendedPages { get; private set; }

    public static LayerMapFile Create(string path, Guid layer, long sizeBytes)
    {
        var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        var file = new LayerMapFile(layer, handle);
        file.Extend(sizeBytes);
        file.WriteSlot(HeaderPage, 0, 0, HeaderWords());
        file.WriteSlot(HeaderPage, 1, 0, HeaderWords());
        Libc.DataSync(handle);
        return file;
    }

    /// <summary>Opens the file and loads the map of a layer of <paramref name="sizeBytes"/>.</summary>
    /// <exception cref="StoreException"><see cref="StoreError.Damaged"/></exception>
    public static LayerMapFile Open(string path, Guid layer, long sizeBytes, out LayerMap map)
    {
        LayerMapFile? file = null;
        try
        {
            file = new LayerMapFile(
                layer, File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));
            map = file.Load(sizeBytes);
            return file;
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException)
        {
            file?.Dispose();
            throw new StoreException(StoreError.Damaged, $"the map of layer {layer} is damaged: {failure.Message}", failure);
        }
    }

    /// <summary>Commits pages: durable when this returns.</summary>
    public void Commit(List<MapPage> pages)
    {
        if (pages.Count == 0)
            return;
        lock (writing)
        {
            Mirror();
            AddSecondSlots(pages);
            generation++;
            foreach (var page in pages)
                WriteSlot(page.Index, 0, generation, page.Words);
            Libc.DataSync(file);
            unmirrored = pages;
            unmirroredGeneration = generation;
        }
    }

    /// <summary>Brings the second slots up to the last commit.</summary>
    public void Mirror()
    {
        lock (writing)
        {
            if (unmirrored.Count == 0 || file.IsClosed)
                return;
            foreach (var page in unmirrored)
                WriteSlot(page.Index, 1, unmirroredGeneration, page.Words);
            Libc.DataSync(file);
            unmirrored = [];
        }
    }

    /// <summary>Makes room for the pages of a larger layer, durably.</summary>
    public void Extend(long sizeBytes)
    {
        RandomAccess.SetLength(file, LengthFor(sizeBytes));
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>Closes the file with both copies alike.</summary>
    public void Dispose()
    {
        lock (writing)
        {
            try
            {
                Mirror();
            }
            catch (IOException)
            {
                // The commit stands; the next opening mirrors.
            }
            file.Dispose();
        }
    }

    /// <summary>Closes the file of a layer that is going away.</summary>
    public void Discard()
    {
        lock (writing)
            file.Dispose();
    }

    private void AddSecondSlots(List<MapPage> pages)
    {
        var added = false;
        foreach (var page in pages)
            if (present.Add(page.Index))
            {
                WriteSlot(page.Index, 1, 0, new ulong[LayerMap.WordsPerPage]);
                added = true;
            }
        if (added)
            Libc.DataSync(file);
    }

    private static long LengthFor(long sizeBytes) => (2 + (2L * LayerMap.PageCount(sizeBytes))) * SlotBytes;

    private static long SlotOffset(long page, int copy) => ((2 * (page + 1)) + copy) * SlotBytes;

    private static ulong[] HeaderWords()
    {
        var words = new ulong[LayerMap.WordsPerPage];
        words[0] = Version;
        words[1] = StoreLimits.ChunkBytes;
        return words;
    }

    private LayerMap Load(long sizeBytes)
    {
        var length = RandomAccess.GetLength(file);
        if (length < LengthFor(sizeBytes))
            throw new InvalidDataException($"it has {length} bytes of {LengthFor(sizeBytes)}");
        var header = ReadPage(HeaderPage) ?? throw new InvalidDataException("it has no header");
        if (header[0] != Version || header[1] != StoreLimits.ChunkBytes)
            throw new InvalidDataException($"version {header[0]} with chunks of {header[1]} bytes is not known");
        var map = new LayerMap(sizeBytes);
        var count = LayerMap.PageCount(sizeBytes);
        for (long page = 0; page < count; page++)
        {
            // A map of a large layer is mostly a hole; only what was ever written is read.
            var next = Libc.SeekData(file, SlotOffset(page, 0));
            if (next < 0)
                break;
            page = (next / SlotBytes / 2) - 1;
            if (page < count && ReadPage(page) is { } words)
                map.Load(new MapPage((int)page, words));
        }
        if (mended)
            Libc.DataSync(file);
        return map;
    }

    /// <summary>The newest whole copy, after mending the other from it; null if the page was never written.</summary>
    private ulong[]? ReadPage(long page)
    {
        var first = ReadSlot(page, 0, out var firstGeneration, out var firstBlank);
        var second = ReadSlot(page, 1, out var secondGeneration, out var secondBlank);
        if (first is null && second is null)
            return firstBlank && secondBlank ? null : throw new InvalidDataException($"both copies of page {page} fail their checksum");
        present.Add(page);
        var newest = second is null || (first is not null && firstGeneration >= secondGeneration) ? first! : second;
        generation = Math.Max(generation, Math.Max(firstGeneration, secondGeneration));
        if (first is null || second is null || firstGeneration != secondGeneration)
        {
            // A slot that is whole but behind, or a first one not yet written, is the trace of a kill, no damage.
            if ((first is null && !firstBlank) || second is null)
                MendedPages++;
            WriteSlot(page, ReferenceEquals(newest, first) ? 1 : 0, Math.Max(firstGeneration, secondGeneration), newest);
            mended = true;
        }
        return newest;
    }

    private ulong[]? ReadSlot(long page, int copy, out ulong slotGeneration, out bool blank)
    {
        slotGeneration = 0;
        blank = false;
        if (RandomAccess.Read(file, slot, SlotOffset(page, copy)) != SlotBytes)
            return null;
        var checksum = BinaryPrimitives.ReadUInt32LittleEndian(slot.AsSpan(ChecksumOffset));
        blank = !slot.AsSpan().ContainsAnyExcept((byte)0);
        if (BinaryPrimitives.ReadUInt64LittleEndian(slot) != Magic || checksum != Checksum(slot)
            || new Guid(slot.AsSpan(16, 16)) != layer || BinaryPrimitives.ReadInt64LittleEndian(slot.AsSpan(32)) != page)
            return null;
        slotGeneration = BinaryPrimitives.ReadUInt64LittleEndian(slot.AsSpan(8));
        return MemoryMarshal.Cast<byte, ulong>(slot.AsSpan(PayloadOffset))[..LayerMap.WordsPerPage].ToArray();
    }

    private void WriteSlot(long page, int copy, ulong slotGeneration, ulong[] words)
    {
        Array.Clear(slot);
        BinaryPrimitives.WriteUInt64LittleEndian(slot, Magic);
        BinaryPrimitives.WriteUInt64LittleEndian(slot.AsSpan(8), slotGeneration);
        layer.TryWriteBytes(slot.AsSpan(16));
        BinaryPrimitives.WriteInt64LittleEndian(slot.AsSpan(32), page);
        MemoryMarshal.AsBytes(words.AsSpan()).CopyTo(slot.AsSpan(PayloadOffset));
        BinaryPrimitives.WriteUInt32LittleEndian(slot.AsSpan(ChecksumOffset), Checksum(slot));
        RandomAccess.Write(file, slot, SlotOffset(page, copy));
    }

    /// <summary>CRC-32C of a slot, with its checksum field taken as zero.</summary>
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (var at = 0; at < SlotBytes; at += 8)
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
            crc = BitOperations.Crc32C(crc, at == ChecksumOffset ? word >> 32 << 32 : word);
        }
        return ~crc;
    }
}
