using System.Buffers.Binary;
using System.Text;

namespace Lab.Protocols.NvmeTcp;

/// <summary>
/// The Identify Controller data structure of a Fabrics controller (NVMe base specification 2.0 figure 275): what differs between
/// controllers, the rest follows from the transport.
/// </summary>
public sealed record IdentifyController
{
    public const int Size = 4096;

    public required string SerialNumber { get; init; }
    public required string ModelNumber { get; init; }
    public required string FirmwareRevision { get; init; }
    public required ushort ControllerId { get; init; }
    public required string SubsystemNqn { get; init; }
    public required uint Version { get; init; }

    /// <summary>Of a discovery controller.</summary>
    public bool IsDiscovery { get; init; }

    /// <summary>CMIC: bit 0 several ports, bit 1 several controllers, bit 3 ANA reporting.</summary>
    public byte MultiPath { get; init; }

    /// <summary>MDTS as a power of two in pages of 4096 bytes.</summary>
    public byte MaxTransferPower { get; init; }

    /// <summary>OAES.</summary>
    public uint Events { get; init; }

    /// <summary>Asynchronous event requests held at once.</summary>
    public int EventRequests { get; init; } = 1;

    /// <summary>KAS in units of 100 ms.</summary>
    public ushort KeepAliveGranularity { get; init; }

    /// <summary>MAXCMD.</summary>
    public ushort CommandsMax { get; init; }

    /// <summary>NN.</summary>
    public uint Namespaces { get; init; }

    /// <summary>ONCS: bit 0 Compare, bit 2 Dataset Management, bit 3 Write Zeroes, bit 5 reservations.</summary>
    public ushort OptionalCommands { get; init; }

    /// <summary>VWC bit 0.</summary>
    public bool HasVolatileWriteCache { get; init; }

    /// <summary>Bytes of data in a command's capsule, a multiple of 16.</summary>
    public int InCapsuleBytes { get; init; }

    public void Write(Span<byte> bytes)
    {
        bytes[..Size].Clear();
        WriteText(bytes.Slice(4, 20), SerialNumber);
        WriteText(bytes.Slice(24, 40), ModelNumber);
        WriteText(bytes.Slice(64, 8), FirmwareRevision);
        bytes[76] = MultiPath;
        bytes[77] = MaxTransferPower;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[78..], ControllerId);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[80..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[92..], Events);
        // CTRATT: 128-bit host ids, and keep alive by any command's traffic.
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[96..], (1 << 0) | (1 << 6));
        bytes[111] = (byte)(IsDiscovery ? 2 : 1);
        bytes[258] = 3;
        bytes[259] = (byte)(EventRequests - 1);
        // FRMW: one slot, and it cannot be written.
        bytes[260] = (1 << 1) | 1;
        // LPA: commands supported and effects, and log page offsets.
        bytes[261] = (1 << 1) | (1 << 2);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[320..], KeepAliveGranularity);
        if ((MultiPath & 8) != 0)
        {
            // ANATT in seconds; ANACAP: optimized, non-optimized and inaccessible are reported; one group.
            bytes[342] = 10;
            bytes[343] = 1 | 2 | 4;
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[344..], 1);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[348..], 1);
        }
        bytes[512] = 0x66;
        bytes[513] = 0x44;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[514..], CommandsMax);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[516..], Namespaces);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[520..], OptionalCommands);
        // VWC: present, and a flush of all namespaces (NSID FFFFFFFFh) is done.
        bytes[525] = (byte)(HasVolatileWriteCache ? 1 | (3 << 1) : 0);
        // MNAN: Linux takes no ANA without it.
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[540..], Namespaces);
        // SGLS: supported, of any alignment, offsets in capsules, transport descriptors.
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[536..], 1 | (1u << 20) | (1u << 21));
        Encoding.UTF8.GetBytes(SubsystemNqn, bytes.Slice(768, 255));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[1792..], (uint)((Command.Size + InCapsuleBytes) / 16));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[1796..], Completion.Size / 16);
        bytes[1803] = 1;
    }

    /// <summary>ASCII, filled up with spaces.</summary>
    private static void WriteText(Span<byte> field, string text)
    {
        field.Fill((byte)' ');
        Encoding.ASCII.GetBytes(text.AsSpan(0, Math.Min(text.Length, field.Length)), field);
    }
}
