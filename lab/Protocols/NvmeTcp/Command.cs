using System.Buffers.Binary;

namespace Lab.Protocols.NvmeTcp;

/// <summary>A submission queue entry (NVMe base specification 2.0 §3.3.3.1), read where it lies.</summary>
public readonly ref struct Command(ReadOnlySpan<byte> entry)
{
    public const int Size = 64;

    private const byte InCapsuleSgl = 0x01;
    private const byte TransportSgl = 0x5a;
    private readonly ReadOnlySpan<byte> entry = entry;

    public ReadOnlySpan<byte> Bytes => entry;

    public byte Opcode => entry[0];

    /// <summary>FUSE of byte 1, 0 for a command by itself.</summary>
    public int Fuse => entry[1] & 3;

    /// <summary>PSDT of byte 1: 1 for SGLs, which Fabrics wants.</summary>
    public bool UsesSgl => (entry[1] & 0xc0) == 0x40;

    public ushort Id => BinaryPrimitives.ReadUInt16LittleEndian(entry[2..]);

    /// <summary>FCTYPE, where the opcode is Fabrics.</summary>
    public byte FabricsType => entry[4];

    public uint NamespaceId => Dword(1);

    /// <summary>Bytes that the command's only SGL descriptor describes.</summary>
    public uint DataLength => BinaryPrimitives.ReadUInt32LittleEndian(entry[32..]);

    public ulong DataOffset => BinaryPrimitives.ReadUInt64LittleEndian(entry[24..]);

    public bool IsDataInCapsule => entry[39] == InCapsuleSgl;

    public bool IsDataByTransport => entry[39] == TransportSgl;

    /// <summary>CDW10 and so on by number.</summary>
    public uint Dword(int number) => BinaryPrimitives.ReadUInt32LittleEndian(entry[(number * 4)..]);

    public ulong Quad(int dword) => BinaryPrimitives.ReadUInt64LittleEndian(entry[(dword * 4)..]);

    /// <summary>SLBA.</summary>
    public ulong FirstBlock => Quad(10);

    /// <summary>NLB, which is 0's based on the wire.</summary>
    public uint Blocks => (Dword(12) & 0xffff) + 1;

    public bool ForceUnitAccess => (Dword(12) & (1u << 30)) != 0;

    /// <summary>DEAC of Write Zeroes.</summary>
    public bool Deallocate => (Dword(12) & (1u << 25)) != 0;
}

/// <summary>A completion queue entry (§3.3.3.2).</summary>
/// <param name="Result">Dwords 0 and 1.</param>
/// <param name="QueueHead">SQHD.</param>
/// <param name="CommandId">Of the command that is complete.</param>
/// <param name="Status">Without the phase tag.</param>
public readonly record struct Completion(ulong Result, ushort QueueHead, ushort CommandId, StatusCode Status)
{
    public const int Size = 16;

    public static Completion Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[12..]), (StatusCode)(BinaryPrimitives.ReadUInt16LittleEndian(bytes[14..]) >> 1));

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Result);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[8..], QueueHead);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[10..], 0);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[12..], CommandId);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[14..], (ushort)((ushort)Status << 1));
    }
}
