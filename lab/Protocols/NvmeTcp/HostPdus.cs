using System.Buffers.Binary;

namespace Lab.Protocols.NvmeTcp;

/// <summary>The PDUs that a host sends and takes on a connection past its set-up, made and read in place.</summary>
public static class HostPdus
{
    public const int TerminationBytes = 24;

    private const int CapsuleHeaderBytes = PduHeader.Size + Command.Size;
    private const int DataHeaderBytes = 24;
    private const int TerminationBytesMax = 152;
    private const byte FlagHeaderDigest = 1;
    private const byte FlagDataDigest = 2;
    private const byte FlagLast = 4;
    private const byte FlagSuccess = 8;
    private const byte PrpOrSgl = 0x40;
    private const byte InCapsule = 0x01;
    private const byte Transport = 0x5a;
    private const uint Deallocate = 4;

    /// <returns>Bytes up to the data.</returns>
    public static int WriteCapsule(Span<byte> pdu, in IoCommand command, int dataLength, PduDigests digests)
    {
        pdu[..CapsuleHeaderBytes].Clear();
        var length = WriteHeader(pdu, PduType.CapsuleCommand, CapsuleHeaderBytes, dataLength, 0, digests);
        var entry = pdu.Slice(PduHeader.Size, Command.Size);
        entry[0] = command.Opcode;
        entry[1] = PrpOrSgl;
        BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], command.CommandId);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], command.Nsid);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[32..], (uint)command.DataLength);
        entry[39] = command.IsDataInCapsule ? InCapsule : Transport;
        if (command.Opcode == Opcode.DatasetManagement)
        {
            // One range (0's based), to be deallocated.
            BinaryPrimitives.WriteUInt32LittleEndian(entry[44..], Deallocate);
        }
        else if (command.Opcode != Opcode.Flush)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(entry[40..], command.FirstBlock);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[48..], (ushort)(command.Blocks - 1));
        }
        return Seal(pdu, length, CapsuleHeaderBytes, digests);
    }

    /// <returns>Bytes of the range.</returns>
    public static int WriteRange(Span<byte> range, ulong firstBlock, uint blocks)
    {
        const int rangeBytes = 16;
        BinaryPrimitives.WriteUInt32LittleEndian(range, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(range[4..], blocks);
        BinaryPrimitives.WriteUInt64LittleEndian(range[8..], firstBlock);
        return rangeBytes;
    }

    /// <returns>Bytes up to the data.</returns>
    public static int WriteH2CData(
        Span<byte> pdu, ushort commandId, ushort transferTag, int offset, int dataLength, bool isLast, PduDigests digests)
    {
        pdu[..DataHeaderBytes].Clear();
        var length = WriteHeader(pdu, PduType.HostToControllerData, DataHeaderBytes, dataLength, isLast ? FlagLast : (byte)0, digests);
        BinaryPrimitives.WriteUInt16LittleEndian(pdu[8..], commandId);
        BinaryPrimitives.WriteUInt16LittleEndian(pdu[10..], transferTag);
        BinaryPrimitives.WriteUInt32LittleEndian(pdu[12..], (uint)offset);
        BinaryPrimitives.WriteUInt32LittleEndian(pdu[16..], (uint)dataLength);
        return Seal(pdu, length, DataHeaderBytes, digests);
    }

    public static void WriteTermination(Span<byte> pdu, FatalError error)
    {
        pdu.Clear();
        pdu[0] = (byte)PduType.HostToControllerTerminate;
        pdu[2] = TerminationBytes;
        BinaryPrimitives.WriteInt32LittleEndian(pdu[4..], TerminationBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(pdu[8..], (ushort)error);
    }

    /// <param name="length">Bytes up to the data.</param>
    /// <returns>False when not all of its header is there yet.</returns>
    /// <exception cref="PduException">It is no PDU that a controller sends on an I/O queue.</exception>
    public static bool TryReadPdu(ReadOnlySpan<byte> bytes, PduDigests digests, out IncomingPdu pdu, out int length)
    {
        pdu = default;
        length = 0;
        if (bytes.Length < PduHeader.Size)
            return false;
        var type = (PduType)bytes[0];
        var flags = bytes[1];
        var headerLength = bytes[2];
        var dataAt = bytes[3];
        var total = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        var digestBytes = digests.Header ? Crc32C.Size : 0;
        if (type == PduType.ControllerToHostTerminate)
        {
            // It carries no digest, whatever was agreed (§3.6.2.5).
            if (headerLength != DataHeaderBytes || total is < DataHeaderBytes or > TerminationBytesMax)
                throw Invalid("C2HTermReq of an impossible length");
            if (bytes.Length < DataHeaderBytes)
                return false;
            pdu.Type = type;
            pdu.FatalErrorStatus = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
            length = DataHeaderBytes;
            return true;
        }
        if (type is not (PduType.CapsuleResponse or PduType.ControllerToHostData or PduType.ReadyToTransfer) || headerLength != DataHeaderBytes)
            throw Invalid($"PDU of type {(int)type} with a header of {headerLength} bytes");
        if (((flags & FlagHeaderDigest) != 0) != digests.Header)
            throw Invalid("header digest where none was agreed, or none where one was");
        length = DataHeaderBytes + digestBytes;
        if (bytes.Length < length)
            return false;
        if (digests.Header && !Crc32C.Matches(bytes[DataHeaderBytes..], Crc32C.Append(Crc32C.Start, bytes[..DataHeaderBytes])))
            throw new PduException(FatalError.HeaderDigestError, "header digest error");
        pdu.Type = type;
        switch (type)
        {
            case PduType.CapsuleResponse:
                pdu.CommandId = BinaryPrimitives.ReadUInt16LittleEndian(bytes[20..]);
                pdu.Status = (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(bytes[22..]) >> 1);
                break;
            case PduType.ReadyToTransfer:
                pdu.CommandId = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
                pdu.TransferTag = BinaryPrimitives.ReadUInt16LittleEndian(bytes[10..]);
                pdu.DataOffset = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
                pdu.DataLength = BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]);
                break;
            default:
                pdu.CommandId = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
                pdu.DataOffset = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
                pdu.DataLength = BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]);
                pdu.IsLast = (flags & FlagLast) != 0;
                pdu.IsSuccess = (flags & FlagSuccess) != 0;
                if (dataAt != length || ((flags & FlagDataDigest) != 0) != digests.Data)
                    throw Invalid("C2HData with its data or digest in an unexpected place");
                break;
        }
        var isData = type == PduType.ControllerToHostData;
        if (total != (ulong)length + (isData ? pdu.DataLength + (digests.Data ? (ulong)Crc32C.Size : 0) : 0))
            throw Invalid("length of a PDU does not agree with its data");
        return true;
    }

    private static int WriteHeader(Span<byte> pdu, PduType type, int headerLength, int dataLength, byte flags, PduDigests digests)
    {
        var length = headerLength + (digests.Header ? Crc32C.Size : 0);
        var hasData = dataLength > 0;
        pdu[0] = (byte)type;
        pdu[1] = (byte)(flags | (digests.Header ? FlagHeaderDigest : 0) | (hasData && digests.Data ? FlagDataDigest : 0));
        pdu[2] = (byte)headerLength;
        pdu[3] = hasData ? (byte)length : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(pdu[4..], length + dataLength + (hasData && digests.Data ? Crc32C.Size : 0));
        return length;
    }

    private static int Seal(Span<byte> pdu, int length, int headerLength, PduDigests digests)
    {
        if (digests.Header)
            Crc32C.Write(pdu[headerLength..], Crc32C.Append(Crc32C.Start, pdu[..headerLength]));
        return length;
    }

    private static PduException Invalid(string message) => new(FatalError.InvalidHeaderField, message);
}
