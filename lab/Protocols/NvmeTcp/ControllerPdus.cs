using System.Buffers.Binary;

namespace Lab.Protocols.NvmeTcp;

/// <summary>The PDUs that a controller sends, written in place; each returns its length up to the data, header digest included.</summary>
public static class ControllerPdus
{
    public const int ResponseSize = 24;
    public const int DataHeaderSize = 24;
    public const int ReadyToTransferSize = 24;
    public const int TerminateHeaderSize = 24;

    /// <summary>A termination carries at most so much of the header that caused it (§3.6.2.4).</summary>
    public const int TerminateDataBytesMax = 128;

    /// <summary>PDO of C2HData (§3.6.2.10): the first place behind header and digest that the host's alignment allows.</summary>
    /// <param name="alignment">Bytes; <see cref="ConnectionRequest.DataAlignmentBytes"/>.</param>
    public static int DataAt(PduDigests digests, int alignment) =>
        (DataHeaderSize + digests.HeaderBytes + alignment - 1) / alignment * alignment;

    /// <summary>C2HData (§3.6.2.10), with what pads it up to its data.</summary>
    /// <param name="alignment">Of the data, in bytes. Linux asks for none, and takes data from right behind the header whatever PDO says.</param>
    public static int WriteData(
        Span<byte> pdu, ushort commandId, uint offset, uint length, PduFlags flags, PduDigests digests, int alignment = ConnectionRequest.DataAlignmentUnit)
    {
        var dataAt = DataAt(digests, alignment);
        pdu[..dataAt].Clear();
        new PduHeader(
            PduType.ControllerToHostData,
            flags | (digests.Header ? PduFlags.HeaderDigest : 0) | (digests.Data ? PduFlags.DataDigest : 0),
            DataHeaderSize, (byte)dataAt, (uint)dataAt + length + (uint)digests.DataBytes).Write(pdu);
        BinaryPrimitives.WriteUInt16LittleEndian(pdu[8..], commandId);
        BinaryPrimitives.WriteUInt32LittleEndian(pdu[12..], offset);
        BinaryPrimitives.WriteUInt32LittleEndian(pdu[16..], length);
        Seal(pdu, DataHeaderSize, digests);
        return dataAt;
    }

    /// <summary>CapsuleResp (§3.6.2.7) with its completion queue entry.</summary>
    public static int WriteResponse(Span<byte> pdu, in Completion completion, PduDigests digests)
    {
        new PduHeader(
            PduType.CapsuleResponse, digests.Header ? PduFlags.HeaderDigest : 0, ResponseSize, 0, (uint)(ResponseSize + digests.HeaderBytes)).Write(pdu);
        completion.Write(pdu[PduHeader.Size..]);
        return Seal(pdu, ResponseSize, digests);
    }

    /// <summary>R2T (§3.6.2.8).</summary>
    public static int WriteReadyToTransfer(Span<byte> pdu, ushort commandId, ushort transferTag, uint offset, uint length, PduDigests digests)
    {
        pdu[..ReadyToTransferSize].Clear();
        new PduHeader(
            PduType.ReadyToTransfer, digests.Header ? PduFlags.HeaderDigest : 0, ReadyToTransferSize, 0,
            (uint)(ReadyToTransferSize + digests.HeaderBytes)).Write(pdu);
        BinaryPrimitives.WriteUInt16LittleEndian(pdu[8..], commandId);
        BinaryPrimitives.WriteUInt16LittleEndian(pdu[10..], transferTag);
        BinaryPrimitives.WriteUInt32LittleEndian(pdu[12..], offset);
        BinaryPrimitives.WriteUInt32LittleEndian(pdu[16..], length);
        return Seal(pdu, ReadyToTransferSize, digests);
    }

    /// <summary>C2HTermReq (§3.6.2.5), which carries no digest.</summary>
    /// <param name="cause">The header that is wrong.</param>
    public static int WriteTerminate(Span<byte> pdu, FatalError error, uint field, ReadOnlySpan<byte> cause)
    {
        var data = cause[..Math.Min(cause.Length, TerminateDataBytesMax)];
        pdu[..TerminateHeaderSize].Clear();
        new PduHeader(
            PduType.ControllerToHostTerminate, PduFlags.None, TerminateHeaderSize, 0, (uint)(TerminateHeaderSize + data.Length)).Write(pdu);
        BinaryPrimitives.WriteUInt16LittleEndian(pdu[8..], (ushort)error);
        BinaryPrimitives.WriteUInt32LittleEndian(pdu[10..], field);
        data.CopyTo(pdu[TerminateHeaderSize..]);
        return TerminateHeaderSize + data.Length;
    }

    private static int Seal(Span<byte> pdu, int headerLength, PduDigests digests)
    {
        if (digests.Header)
            Crc32C.Write(pdu[headerLength..], Crc32C.Append(Crc32C.Start, pdu[..headerLength]));
        return headerLength + digests.HeaderBytes;
    }
}

/// <summary>Fatal error status (figure 21): what ends a connection.</summary>
public enum FatalError : ushort
{
    InvalidHeaderField = 1,
    SequenceError = 2,
    HeaderDigestError = 3,
    DataTransferOutOfRange = 4,
    DataTransferLimitExceeded = 5,
    UnsupportedParameter = 6,
}
