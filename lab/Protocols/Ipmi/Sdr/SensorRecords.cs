using System.Buffers.Binary;

namespace Lab.Protocols.Ipmi.Sdr;

/// <summary>Bits of thresholds, from lower non-critical to upper non-recoverable, as masks and readings have them (IPMI 2.0 table 35-9).</summary>
[Flags]
public enum ThresholdMask : byte
{
    None = 0,
    LowerNonCritical = 0x01,
    LowerCritical = 0x02,
    LowerNonRecoverable = 0x04,
    UpperNonCritical = 0x08,
    UpperCritical = 0x10,
    UpperNonRecoverable = 0x20,
}

/// <summary>Raw thresholds and which of them are there.</summary>
public sealed record RawThresholds(
    ThresholdMask Present,
    byte LowerNonCritical, byte LowerCritical, byte LowerNonRecoverable,
    byte UpperNonCritical, byte UpperCritical, byte UpperNonRecoverable);

/// <summary>A threshold sensor, as its Full Sensor Record tells it (IPMI 2.0 §43.1, table 43-1).</summary>
/// <param name="SensorType">Table 42-3.</param>
/// <param name="BaseUnit">Table 43-15.</param>
/// <param name="Entity">Entity id (table 43-13) and instance.</param>
/// <param name="NominalReading">Raw; null is unspecified.</param>
/// <param name="Name">At most 16 bytes.</param>
public sealed record FullSensorRecord(
    ushort Id,
    byte SensorNumber,
    byte SensorType,
    byte BaseUnit,
    (byte Id, byte Instance) Entity,
    SensorScale Scale,
    byte? NominalReading,
    RawThresholds Thresholds,
    string Name)
{
    private const byte RecordType = 0x01;
    private const int NameAt = 47;
    private const int NameBytesMax = 16;
    private const byte BmcAddress = 0x20;

    public byte[] ToBytes()
    {
        var record = new byte[NameAt];
        record[5] = BmcAddress;
        record[7] = SensorNumber;
        (record[8], record[9]) = Entity;
        // Scanning is enabled, also by power-up default.
        record[10] = 0x41;
        // Re-arms itself, no hysteresis, thresholds readable as the mask says (or none), no event messages.
        record[11] = (byte)(Thresholds.Present == ThresholdMask.None ? 0x43 : 0x47);
        record[12] = SensorType;
        // Threshold.
        record[13] = 0x01;
        // Comparisons that Get Sensor Reading returns, lower and upper; then the readable thresholds.
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(14), (ushort)(((byte)Thresholds.Present & 0x07) << 12));
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(16), (ushort)(((byte)Thresholds.Present & 0x38) << 9));
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(18), (byte)Thresholds.Present);
        // Units 1 stays 0: unsigned, no rate, no percentage.
        record[21] = BaseUnit;
        // M and tolerance, B and accuracy, exponents; linear.
        record[24] = (byte)Scale.Multiplier;
        record[25] = (byte)((Scale.Multiplier >> 2) & 0xc0);
        record[26] = (byte)Scale.Offset;
        record[27] = (byte)((Scale.Offset >> 2) & 0xc0);
        record[29] = (byte)((Scale.ResultExponent << 4) | (Scale.OffsetExponent & 0x0f));
        if (NominalReading is { } nominal)
        {
            record[30] = 0x01;
            record[31] = nominal;
        }
        record[34] = 0xff;
        (record[36], record[37], record[38]) =
            (Thresholds.UpperNonRecoverable, Thresholds.UpperCritical, Thresholds.UpperNonCritical);
        (record[39], record[40], record[41]) =
            (Thresholds.LowerNonRecoverable, Thresholds.LowerCritical, Thresholds.LowerNonCritical);
        return SdrRecord.Finish(Id, RecordType, [.. record, .. IpmiString.Write(Name, NameBytesMax)]);
    }
}

/// <summary>A management controller's locator (IPMI 2.0 §43.9, table 43-8).</summary>
public sealed record ControllerLocatorRecord(ushort Id, byte Capabilities, string Name)
{
    private const byte RecordType = 0x12;
    private const byte BmcAddress = 0x20;
    private const byte ManagementControllerEntity = 0x2e;

    public byte[] ToBytes() => SdrRecord.Finish(
        Id,
        RecordType,
        [0, 0, 0, 0, 0, BmcAddress, 0, 0, Capabilities, 0, 0, 0, ManagementControllerEntity, 1, 0, .. IpmiString.Write(Name, 16)]);
}

/// <summary>A FRU's locator (IPMI 2.0 §43.8, table 43-7): a logical FRU behind the BMC.</summary>
public sealed record FruLocatorRecord(ushort Id, byte FruId, byte Entity, string Name)
{
    private const byte RecordType = 0x11;
    private const byte BmcAddress = 0x20;
    private const byte Logical = 0x80;
    private const byte FruInventoryDevice = 0x10;

    public byte[] ToBytes() => SdrRecord.Finish(
        Id,
        RecordType,
        [0, 0, 0, 0, 0, BmcAddress, FruId, Logical, 0, 0, FruInventoryDevice, 0, Entity, 1, 0, .. IpmiString.Write(Name, 16)]);
}

/// <summary>The header of every record: id, version 51h, type, length of what follows (IPMI 2.0 §43.0).</summary>
internal static class SdrRecord
{
    internal const int HeaderBytes = 5;
    private const byte Version = 0x51;

    /// <param name="record">The whole record with its header left empty.</param>
    internal static byte[] Finish(ushort id, byte type, byte[] record)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(record, id);
        (record[2], record[3], record[4]) = (Version, type, (byte)(record.Length - HeaderBytes));
        return record;
    }
}
