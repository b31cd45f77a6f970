using System.Buffers.Binary;

namespace Lab.Protocols.NvmeTcp;

/// <summary>ICReq (§3.6.2.2): what the host can and wants.</summary>
/// <param name="HostDataAlignment">HPDA: data that the controller sends starts at a multiple of 4 × (this + 1) bytes; 0 asks nothing.</param>
/// <param name="MaxReadyToTransfer">R2Ts outstanding at once, 0's based.</param>
public readonly record struct ConnectionRequest(ushort FormatVersion, byte HostDataAlignment, PduDigests Digests, uint MaxReadyToTransfer)
{
    public const int Size = 128;

    /// <summary>HPDA counts in these, and from 0.</summary>
    public const int DataAlignmentUnit = 4;

    /// <summary>The largest HPDA: data at a multiple of 128 bytes.</summary>
    public const byte HostDataAlignmentMax = 31;

    /// <summary>Data that the controller sends starts at a multiple of so many bytes.</summary>
    public int DataAlignmentBytes => DataAlignmentUnit * (HostDataAlignment + 1);

    public static ConnectionRequest Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]), bytes[10], SetupBits.ReadDigests(bytes[11]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]));

    public void Write(Span<byte> bytes)
    {
        bytes[..Size].Clear();
        new PduHeader(PduType.InitializeConnectionRequest, PduFlags.None, Size, 0, Size).Write(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[8..], FormatVersion);
        bytes[10] = HostDataAlignment;
        bytes[11] = SetupBits.Of(Digests);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], MaxReadyToTransfer);
    }
}

/// <summary>ICResp (§3.6.2.3): what is agreed.</summary>
/// <param name="MaxHostData">Bytes of data in one H2CData PDU; a multiple of 4, at least 4096.</param>
public readonly record struct ConnectionResponse(ushort FormatVersion, byte ControllerDataAlignment, PduDigests Digests, uint MaxHostData)
{
    public const int Size = 128;

    public static ConnectionResponse Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]), bytes[10], SetupBits.ReadDigests(bytes[11]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]));

    public void Write(Span<byte> bytes)
    {
        bytes[..Size].Clear();
        new PduHeader(PduType.InitializeConnectionResponse, PduFlags.None, Size, 0, Size).Write(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[8..], FormatVersion);
        bytes[10] = ControllerDataAlignment;
        bytes[11] = SetupBits.Of(Digests);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], MaxHostData);
    }
}

/// <summary>DGST of both.</summary>
internal static class SetupBits
{
    public static PduDigests ReadDigests(byte bits) => new((bits & 1) != 0, (bits & 2) != 0);

    public static byte Of(PduDigests digests) => (byte)((digests.Header ? 1 : 0) | (digests.Data ? 2 : 0));
}
