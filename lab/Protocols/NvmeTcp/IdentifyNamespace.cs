using System.Buffers.Binary;

namespace Lab.Protocols.NvmeTcp;

/// <summary>The Identify Namespace data structure (NVM command set specification 1.0 figure 97), and the list of its identifiers.</summary>
public sealed record IdentifyNamespace
{
    public const int Size = 4096;

    private const byte UuidDescriptor = 3;
    private const byte NguidDescriptor = 2;
    private const int DescriptorHeaderBytes = 4;

    public required ulong Blocks { get; init; }

    /// <summary>LBADS: the block size as a power of two.</summary>
    public required byte BlockPower { get; init; }
    public required Guid Id { get; init; }
    public bool IsReadOnly { get; init; }

    /// <summary>More than one controller can reach it.</summary>
    public bool IsShared { get; init; }

    /// <summary>RESCAP.</summary>
    public byte Reservations { get; init; }

    /// <summary>ANAGRPID; 0 without ANA.</summary>
    public uint AnaGroup { get; init; }

    public void Write(Span<byte> bytes)
    {
        bytes[..Size].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Blocks);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Blocks);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], Blocks);
        // NSFEAT: thin provisioning.
        bytes[24] = 1;
        bytes[30] = (byte)(IsShared ? 1 : 0);
        bytes[31] = Reservations;
        // DLFEAT: a deallocated block reads as zeroes, and Write Zeroes may deallocate.
        bytes[33] = 1 | (1 << 3);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[92..], AnaGroup);
        bytes[99] = (byte)(IsReadOnly ? 1 : 0);
        Id.TryWriteBytes(bytes[104..], bigEndian: true, out _);
        bytes[130] = BlockPower;
    }

    /// <summary>The Namespace Identification Descriptor list (base specification 2.0 figure 277).</summary>
    public void WriteDescriptors(Span<byte> bytes)
    {
        bytes[..Size].Clear();
        foreach (var type in new[] { UuidDescriptor, NguidDescriptor })
        {
            bytes[0] = type;
            bytes[1] = 16;
            Id.TryWriteBytes(bytes[DescriptorHeaderBytes..], bigEndian: true, out _);
            bytes = bytes[(DescriptorHeaderBytes + 16)..];
        }
    }
}
