using System.Buffers.Binary;

namespace Lab.Manager.Images;

/// <summary>
/// The header of a qcow2 image (QEMU docs/interop/qcow2.txt, "Header" and "Header extensions"), as far as needed to decide whether
/// the image stands alone. Read before any program opens the file: opening one that names another file opens that file.
/// </summary>
internal sealed record Qcow2Header
{
    public const uint Magic = 0x514649fb;

    /// <summary>Bytes from the file's beginning that <see cref="Read"/> wants; the header and its extensions lie in the first cluster.</summary>
    public const int PrefixBytes = 1 << ClusterBitsMax;

    private const int Version2Bytes = 72;
    private const int Version3BytesMin = 104;
    private const int ClusterBitsMin = 9;
    private const int ClusterBitsMax = 21;
    private const uint EndExtension = 0;
    private const uint BackingFormatExtension = 0xe2792aca;
    private const uint DataFileExtension = 0x44415441;
    private const ulong DirtyBit = 1 << 0;
    private const ulong CorruptBit = 1 << 1;
    private const ulong DataFileBit = 1 << 2;
    private const ulong CompressionBit = 1 << 3;
    private const ulong ExtendedL2Bit = 1 << 4;
    private const ulong KnownIncompatible = DirtyBit | CorruptBit | DataFileBit | CompressionBit | ExtendedL2Bit;

    public required uint Version { get; init; }

    /// <summary>Size of the guest's disk in bytes.</summary>
    public required ulong VirtualSize { get; init; }
    public required bool NamesBackingFile { get; init; }
    public required bool NamesDataFile { get; init; }
    public required bool IsEncrypted { get; init; }
    public required bool IsCorrupt { get; init; }

    public static bool HasMagic(ReadOnlySpan<byte> prefix) =>
        prefix.Length >= 4 && BinaryPrimitives.ReadUInt32BigEndian(prefix) == Magic;

    /// <param name="prefix">The file's first <see cref="PrefixBytes"/> bytes, or all of a shorter one.</param>
    /// <param name="reason">Why the bytes are no qcow2 image that can be judged.</param>
    public static bool TryRead(ReadOnlySpan<byte> prefix, out Qcow2Header header, out string reason)
    {
        header = null!;
        if (!HasMagic(prefix) || prefix.Length < Version2Bytes)
            return Fail("it has no qcow2 header", out reason);
        var version = BinaryPrimitives.ReadUInt32BigEndian(prefix[4..]);
        if (version is not (2 or 3))
            return Fail($"qcow2 version {version} is not supported", out reason);
        var clusterBits = BinaryPrimitives.ReadUInt32BigEndian(prefix[20..]);
        if (clusterBits is < ClusterBitsMin or > ClusterBitsMax)
            return Fail($"its cluster size of 2^{clusterBits} bytes is out of range", out reason);

        var backingOffset = BinaryPrimitives.ReadUInt64BigEndian(prefix[8..]);
        var backingLength = BinaryPrimitives.ReadUInt32BigEndian(prefix[16..]);
        ulong incompatible = 0;
        uint headerLength = Version2Bytes;
        if (version == 3)
        {
            if (prefix.Length < Version3BytesMin)
                return Fail("its header is cut short", out reason);
            incompatible = BinaryPrimitives.ReadUInt64BigEndian(prefix[72..]);
            headerLength = BinaryPrimitives.ReadUInt32BigEndian(prefix[100..]);
            if (headerLength < Version3BytesMin || headerLength % 8 != 0)
                return Fail($"its header length of {headerLength} bytes is invalid", out reason);
        }
        if ((incompatible & ~KnownIncompatible) != 0)
            return Fail("it needs features that are not supported", out reason);
        if (!TryReadExtensions(prefix, headerLength, 1 << (int)clusterBits, out var extensions, out reason))
            return false;

        header = new Qcow2Header
        {
            Version = version,
            VirtualSize = BinaryPrimitives.ReadUInt64BigEndian(prefix[24..]),
            NamesBackingFile = backingOffset != 0 || backingLength != 0 || extensions.Contains(BackingFormatExtension),
            NamesDataFile = (incompatible & DataFileBit) != 0 || extensions.Contains(DataFileExtension),
            IsEncrypted = BinaryPrimitives.ReadUInt32BigEndian(prefix[32..]) != 0,
            IsCorrupt = (incompatible & CorruptBit) != 0,
        };
        return true;
    }

    private static bool TryReadExtensions(
        ReadOnlySpan<byte> prefix, uint offset, int clusterBytes, out HashSet<uint> types, out string reason)
    {
        types = [];
        reason = "";
        var end = Math.Min(prefix.Length, clusterBytes);
        ulong at = offset;
        while (at + 8 <= (ulong)end)
        {
            var type = BinaryPrimitives.ReadUInt32BigEndian(prefix[(int)at..]);
            if (type == EndExtension)
                return true;
            types.Add(type);
            var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[((int)at + 4)..]);
            at += 8 + (((ulong)length + 7) & ~7UL);
        }
        // A list that runs to the cluster's very end needs no end mark; one beyond it is broken.
        return at <= (ulong)end || Fail("its header extensions run past the first cluster", out reason);
    }

    private static bool Fail(string why, out string reason)
    {
        reason = why;
        return false;
    }
}
