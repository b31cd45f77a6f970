using System.Buffers.Binary;

namespace Lab.Emulators.Dpu.DataPath.NvmeTcp;

internal enum PduKind : byte
{
    TerminationFromHost = 2,
    Termination = 3,
    Command = 4,
    CapsuleResponse = 5,
    H2CData = 6,
    C2HData = 7,
    ReadyToTransfer = 9,
}

/// <summary>An I/O command before it is bytes.</summary>
internal struct IoCommand
{
    public const byte Flush = 0x00;
    public const byte Write = 0x01;
    public const byte Read = 0x02;
    public const byte WriteZeroes = 0x08;
    public const byte DatasetManagement = 0x09;

    public byte Opcode;
    public ushort CommandId;
    public uint Nsid;
    public ulong FirstBlock;
    public uint Blocks;
    public int DataLength;
    public bool IsDataInCapsule;
}

/// <summary>What of a received PDU matters to an I/O queue.</summary>
internal struct IncomingPdu
{
    public PduKind Type;
    public ushort CommandId;

    /// <summary>Status field of the completion without its phase tag.</summary>
    public ushort Status;
    public bool IsLast;
    public bool IsSuccess;
    public uint DataOffset;
    public uint DataLength;
    public ushort TransferTag;
    public int FatalErrorStatus;
}

/// <summary>The PDUs of an I/O queue, made and read in place.</summary>
internal static class NvmeWire
{
    public const int TerminationBytes = 24;

    private const int CommonHeaderBytes = 8;
    private const int CommandBytes = 64;
    private const int CapsuleHeaderBytes = CommonHeaderBytes + CommandBytes;
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
    public static int WriteCapsule(Span<byte> pdu, in IoCommand command, int dataLength, QueueTerms terms)
    {
        pdu[..CapsuleHeaderBytes].Clear();
        var length = WriteHeader(pdu, PduKind.Command, CapsuleHeaderBytes, dataLength, 0, terms);
        var entry = pdu.Slice(CommonHeaderBytes, CommandBytes);
        entry[0] = command.Opcode;
        entry[1] = PrpOrSgl;
        BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], command.CommandId);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], command.Nsid);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[32..], (uint)command.DataLength);
        entry[39] = command.IsDataInCapsule ? InCapsule : Transport;
        if (command.Opcode == IoCommand.DatasetManagement)
        {
            // One range (0's based), to be deallocated.
            BinaryPrimitives.WriteUInt32LittleEndian(entry[44..], Deallocate);
        }
        else if (command.Opcode != IoCommand.Flush)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(entry[40..], command.FirstBlock);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[48..], (ushort)(command.Blocks - 1));
        }
        return Seal(pdu, length, CapsuleHeaderBytes, terms);
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
        Span<byte> pdu, ushort commandId, ushort transferTag, int offset, int dataLength, bool isLast, QueueTerms terms)
    {
        pdu[..DataHeaderBytes].Clear();
        var length = WriteHeader(pdu, PduKind.H2CData, DataHeaderBytes, dataLength, isLast ? FlagLast : (byte)0, terms);
        BinaryPrimitives.WriteUInt16LittleEndian(pdu[8..], commandId);
        BinaryPrimitives.WriteUInt16LittleEndian(pdu[10..], transferTag);
        BinaryPrimitives.WriteUInt32LittleEndian(pdu[12..], (uint)offset);
        BinaryPrimitives.WriteUInt32LittleEndian(pdu[16..], (uint)dataLength);
        return Seal(pdu, length, DataHeaderBytes, terms);
    }

    public static void WriteTermination(Span<byte> pdu, int fatalErrorStatus)
    {
        pdu.Clear();
        pdu[0] = (byte)PduKind.TerminationFromHost;
        pdu[2] = TerminationBytes;
        BinaryPrimitives.WriteInt32LittleEndian(pdu[4..], TerminationBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(pdu[8..], (ushort)fatalErrorStatus);
    }

    /// <param name="length">Bytes up to the data.</param>
    /// <returns>False when not all of its header is there yet.</returns>
    /// <exception cref="NvmeTcpProtocolException">It is no PDU that a controller sends on an I/O queue.</exception>
    public static bool TryReadPdu(ReadOnlySpan<byte> bytes, QueueTerms terms, out IncomingPdu pdu, out int length)
    {
        pdu = default;
        length = 0;
        if (bytes.Length < CommonHeaderBytes)
            return false;
        var type = (PduKind)bytes[0];
        var flags = bytes[1];
        var headerLength = bytes[2];
        var dataAt = bytes[3];
        var total = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        var digestBytes = terms.HeaderDigest ? Crc32C.Bytes : 0;
        if (type == PduKind.Termination)
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
        if (type is not (PduKind.CapsuleResponse or PduKind.C2HData or PduKind.ReadyToTransfer) || headerLength != DataHeaderBytes)
            throw Invalid($"PDU of type {(int)type} with a header of {headerLength} bytes");
        if (((flags & FlagHeaderDigest) != 0) != terms.HeaderDigest)
            throw Invalid("header digest where none was agreed, or none where one was");
        length = DataHeaderBytes + digestBytes;
        if (bytes.Length < length)
            return false;
        if (terms.HeaderDigest && !Crc32C.Matches(bytes[DataHeaderBytes..], Crc32C.Append(Crc32C.Start, bytes[..DataHeaderBytes])))
            throw new NvmeTcpProtocolException(NvmeTcpProtocolException.HeaderDigestError, "header digest error");
        pdu.Type = type;
        switch (type)
        {
            case PduKind.CapsuleResponse:
                pdu.CommandId = BinaryPrimitives.ReadUInt16LittleEndian(bytes[20..]);
                pdu.Status = (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(bytes[22..]) >> 1);
                break;
            case PduKind.ReadyToTransfer:
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
                if (dataAt != length || ((flags & FlagDataDigest) != 0) != terms.DataDigest)
                    throw Invalid("C2HData with its data or digest in an unexpected place");
                break;
        }
        var isData = type == PduKind.C2HData;
        if (total != (ulong)length + (isData ? pdu.DataLength + (terms.DataDigest ? (ulong)Crc32C.Bytes : 0) : 0))
            throw Invalid("length of a PDU does not agree with its data");
        return true;
    }

    private static int WriteHeader(Span<byte> pdu, PduKind type, int headerLength, int dataLength, byte flags, QueueTerms terms)
    {
        var length = headerLength + (terms.HeaderDigest ? Crc32C.Bytes : 0);
        var hasData = dataLength > 0;
        pdu[0] = (byte)type;
        pdu[1] = (byte)(flags | (terms.HeaderDigest ? FlagHeaderDigest : 0) | (hasData && terms.DataDigest ? FlagDataDigest : 0));
        pdu[2] = (byte)headerLength;
        pdu[3] = hasData ? (byte)length : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(pdu[4..], length + dataLength + (hasData && terms.DataDigest ? Crc32C.Bytes : 0));
        return length;
    }

    private static int Seal(Span<byte> pdu, int length, int headerLength, QueueTerms terms)
    {
        if (terms.HeaderDigest)
            Crc32C.Write(pdu[headerLength..], Crc32C.Append(Crc32C.Start, pdu[..headerLength]));
        return length;
    }

    private static NvmeTcpProtocolException Invalid(string message) => new(NvmeTcpProtocolException.InvalidHeaderField, message);
}
