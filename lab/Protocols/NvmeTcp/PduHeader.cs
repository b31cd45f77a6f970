using System.Buffers.Binary;

namespace Lab.Protocols.NvmeTcp;

/// <summary>PDU types (NVMe/TCP transport specification 1.0, figure 9).</summary>
public enum PduType : byte
{
    InitializeConnectionRequest = 0x00,
    InitializeConnectionResponse = 0x01,
    HostToControllerTerminate = 0x02,
    ControllerToHostTerminate = 0x03,
    CapsuleCommand = 0x04,
    CapsuleResponse = 0x05,
    HostToControllerData = 0x06,
    ControllerToHostData = 0x07,
    ReadyToTransfer = 0x09,
}

[Flags]
public enum PduFlags : byte
{
    None = 0,
    HeaderDigest = 1,
    DataDigest = 2,
    LastPdu = 4,

    /// <summary>The last data is the command's success, too: no response capsule follows.</summary>
    Success = 8,
}

/// <summary>The 8 bytes that every PDU begins with (§3.6.1).</summary>
/// <param name="HeaderLength">Bytes of the PDU's own header, without its digest.</param>
/// <param name="DataOffset">Where the data begins; 0 without data.</param>
/// <param name="Length">Bytes of the whole PDU, digests included.</param>
public readonly record struct PduHeader(PduType Type, PduFlags Flags, byte HeaderLength, byte DataOffset, uint Length)
{
    public const int Size = 8;

    public static PduHeader Read(ReadOnlySpan<byte> bytes) => new(
        (PduType)bytes[0], (PduFlags)bytes[1], bytes[2], bytes[3], BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]));

    public void Write(Span<byte> bytes)
    {
        bytes[0] = (byte)Type;
        bytes[1] = (byte)Flags;
        bytes[2] = HeaderLength;
        bytes[3] = DataOffset;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], Length);
    }
}

/// <summary>Which digests the two sides agreed on, and what follows for the places in a PDU.</summary>
public readonly record struct PduDigests(bool Header, bool Data)
{
    public int HeaderBytes => Header ? Crc32C.Size : 0;

    public int DataBytes => Data ? Crc32C.Size : 0;
}
