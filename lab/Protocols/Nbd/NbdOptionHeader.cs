using System.Buffers.Binary;

namespace Lab.Protocols.Nbd;

/// <summary>Head of an option that a client sends; <see cref="Length"/> bytes of data follow.</summary>
public readonly record struct NbdOptionHeader(NbdOption Option, uint Length)
{
    public const int Size = 16;

    /// <summary>False when too short or the magic is wrong.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out NbdOptionHeader header)
    {
        header = default;
        if (source.Length < Size || BinaryPrimitives.ReadUInt64BigEndian(source) != NbdProtocol.OptionMagic)
            return false;
        header = new NbdOptionHeader(
            (NbdOption)BinaryPrimitives.ReadUInt32BigEndian(source[8..]), BinaryPrimitives.ReadUInt32BigEndian(source[12..]));
        return true;
    }

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, NbdProtocol.OptionMagic);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], (uint)Option);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], Length);
    }
}

/// <summary>Head of a server's answer to an option; <see cref="Length"/> bytes of data follow.</summary>
public readonly record struct NbdOptionReplyHeader(NbdOption Option, NbdOptionReply Reply, uint Length)
{
    public const int Size = 20;

    /// <summary>False when too short or the magic is wrong.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out NbdOptionReplyHeader header)
    {
        header = default;
        if (source.Length < Size || BinaryPrimitives.ReadUInt64BigEndian(source) != NbdProtocol.OptionReplyMagic)
            return false;
        header = new NbdOptionReplyHeader(
            (NbdOption)BinaryPrimitives.ReadUInt32BigEndian(source[8..]),
            (NbdOptionReply)BinaryPrimitives.ReadUInt32BigEndian(source[12..]),
            BinaryPrimitives.ReadUInt32BigEndian(source[16..]));
        return true;
    }

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, NbdProtocol.OptionReplyMagic);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], (uint)Option);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], (uint)Reply);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], Length);
    }
}
