using System.Buffers.Binary;

namespace Lab.Protocols.Nbd;

/// <summary>"Simple reply message"; a read's data follows when there is no error.</summary>
public readonly record struct NbdSimpleReply(NbdError Error, ulong Cookie)
{
    public const int Size = 16;

    /// <summary>False when too short or the magic is wrong.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out NbdSimpleReply reply)
    {
        reply = default;
        if (source.Length < Size || BinaryPrimitives.ReadUInt32BigEndian(source) != NbdProtocol.SimpleReplyMagic)
            return false;
        reply = new NbdSimpleReply(
            (NbdError)BinaryPrimitives.ReadUInt32BigEndian(source[4..]), BinaryPrimitives.ReadUInt64BigEndian(source[8..]));
        return true;
    }

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, NbdProtocol.SimpleReplyMagic);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], (uint)Error);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Cookie);
    }
}

/// <summary>"Structured reply chunk message": head of one chunk; <see cref="Length"/> bytes follow.</summary>
public readonly record struct NbdChunk(NbdChunkFlags Flags, NbdChunkType Type, ulong Cookie, uint Length)
{
    public const int Size = 20;

    /// <summary>Bytes of an OFFSET_DATA chunk before its data.</summary>
    public const int DataPrefixSize = Size + 8;

    /// <summary>Bytes of a whole OFFSET_HOLE chunk.</summary>
    public const int HoleSize = Size + 12;

    /// <summary>Bytes of a whole ERROR chunk without message.</summary>
    public const int ErrorSize = Size + 6;

    /// <summary>False when too short or the magic is wrong.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out NbdChunk chunk)
    {
        chunk = default;
        if (source.Length < Size || BinaryPrimitives.ReadUInt32BigEndian(source) != NbdProtocol.StructuredReplyMagic)
            return false;
        chunk = new NbdChunk(
            (NbdChunkFlags)BinaryPrimitives.ReadUInt16BigEndian(source[4..]),
            (NbdChunkType)BinaryPrimitives.ReadUInt16BigEndian(source[6..]),
            BinaryPrimitives.ReadUInt64BigEndian(source[8..]),
            BinaryPrimitives.ReadUInt32BigEndian(source[16..]));
        return true;
    }

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, NbdProtocol.StructuredReplyMagic);
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], (ushort)Flags);
        BinaryPrimitives.WriteUInt16BigEndian(destination[6..], (ushort)Type);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Cookie);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], Length);
    }

    /// <summary>The head of a read's only data chunk; <paramref name="length"/> bytes of data belong behind it.</summary>
    public static void WriteDataPrefix(Span<byte> destination, ulong cookie, ulong offset, uint length)
    {
        new NbdChunk(NbdChunkFlags.Done, NbdChunkType.OffsetData, cookie, length + 8).Write(destination);
        BinaryPrimitives.WriteUInt64BigEndian(destination[Size..], offset);
    }

    /// <summary>A read's only chunk, saying that <paramref name="length"/> bytes are zero.</summary>
    public static void WriteHole(Span<byte> destination, ulong cookie, ulong offset, uint length)
    {
        new NbdChunk(NbdChunkFlags.Done, NbdChunkType.OffsetHole, cookie, 12).Write(destination);
        BinaryPrimitives.WriteUInt64BigEndian(destination[Size..], offset);
        BinaryPrimitives.WriteUInt32BigEndian(destination[(Size + 8)..], length);
    }

    /// <summary>An error without message, as last chunk.</summary>
    public static void WriteError(Span<byte> destination, ulong cookie, NbdError error)
    {
        new NbdChunk(NbdChunkFlags.Done, NbdChunkType.Error, cookie, 6).Write(destination);
        BinaryPrimitives.WriteUInt32BigEndian(destination[Size..], (uint)error);
        BinaryPrimitives.WriteUInt16BigEndian(destination[(Size + 4)..], 0);
    }

    /// <summary>Bytes of a whole BLOCK_STATUS chunk of one context.</summary>
    public static int BlockStatusSize(int extents) => Size + 4 + (extents * NbdExtent.Size);

    public static void WriteBlockStatus(Span<byte> destination, ulong cookie, uint contextId, ReadOnlySpan<NbdExtent> extents)
    {
        new NbdChunk(NbdChunkFlags.Done, NbdChunkType.BlockStatus, cookie, (uint)(4 + (extents.Length * NbdExtent.Size))).Write(destination);
        BinaryPrimitives.WriteUInt32BigEndian(destination[Size..], contextId);
        for (var i = 0; i < extents.Length; i++)
            extents[i].Write(destination[(Size + 4 + (i * NbdExtent.Size))..]);
    }
}

/// <summary>One descriptor of a block status: <see cref="Length"/> bytes that are alike.</summary>
public readonly record struct NbdExtent(uint Length, NbdExtentState State)
{
    public const int Size = 8;

    public static bool TryRead(ReadOnlySpan<byte> source, out NbdExtent extent)
    {
        extent = default;
        if (source.Length < Size)
            return false;
        extent = new NbdExtent(
            BinaryPrimitives.ReadUInt32BigEndian(source), (NbdExtentState)BinaryPrimitives.ReadUInt32BigEndian(source[4..]));
        return true;
    }

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, Length);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], (uint)State);
    }
}
