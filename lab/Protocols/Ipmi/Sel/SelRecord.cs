using System.Buffers.Binary;

namespace Lab.Protocols.Ipmi.Sel;

/// <summary>An event record of the system event log, 16 bytes (IPMI 2.0 table 32-1).</summary>
/// <param name="Timestamp">Seconds since 1970.</param>
/// <param name="EventDirType">Bit 7 deassertion, bits 6:0 event type.</param>
/// <param name="Data">Event data 1 to 3.</param>
public sealed record SelRecord(
    ushort Id, byte Type, uint Timestamp, ushort GeneratorId, byte Revision, byte SensorType, byte SensorNumber, byte EventDirType, byte[] Data)
{
    public const int Bytes = 16;

    /// <summary>Event message revision of IPMI 1.5 and 2.0.</summary>
    public const byte EventRevision = 0x04;

    /// <summary>System event record; C0h to DFh are OEM records with a timestamp, E0h to FFh those without.</summary>
    public const byte SystemEvent = 0x02;
    public const byte OemTimestamped = 0xc0;
    public const byte OemWithoutTimestamp = 0xe0;

    public static bool TryRead(ReadOnlySpan<byte> record, out SelRecord? read)
    {
        read = record.Length != Bytes
            ? null
            : new SelRecord(
                BinaryPrimitives.ReadUInt16LittleEndian(record), record[2], BinaryPrimitives.ReadUInt32LittleEndian(record[3..]),
                BinaryPrimitives.ReadUInt16LittleEndian(record[7..]), record[9], record[10], record[11], record[12], record[13..].ToArray());
        return read is not null;
    }

    public byte[] ToBytes()
    {
        var record = new byte[Bytes];
        BinaryPrimitives.WriteUInt16LittleEndian(record, Id);
        record[2] = Type;
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(3), Timestamp);
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(7), GeneratorId);
        (record[9], record[10], record[11], record[12]) = (Revision, SensorType, SensorNumber, EventDirType);
        Data.CopyTo(record, 13);
        return record;
    }
}
