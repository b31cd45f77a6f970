using System.Buffers.Binary;

namespace Lab.Protocols.Nbd;

/// <summary>What a newstyle server says first ("Newstyle negotiation").</summary>
public readonly record struct NbdGreeting(NbdServerFlags Flags)
{
    public const int Size = 18;

    public static bool TryRead(ReadOnlySpan<byte> source, out NbdGreeting greeting)
    {
        greeting = default;
        if (source.Length < Size
            || BinaryPrimitives.ReadUInt64BigEndian(source) != NbdProtocol.InitMagic
            || BinaryPrimitives.ReadUInt64BigEndian(source[8..]) != NbdProtocol.OptionMagic)
            return false;
        greeting = new NbdGreeting((NbdServerFlags)BinaryPrimitives.ReadUInt16BigEndian(source[16..]));
        return true;
    }

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, NbdProtocol.InitMagic);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], NbdProtocol.OptionMagic);
        BinaryPrimitives.WriteUInt16BigEndian(destination[16..], (ushort)Flags);
    }
}
