using System.Globalization;
using Lab.Emulators.Bmc.Device;
using Lab.Protocols.Ipmi.Sel;

namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>Entries of the device's event log as IPMI's records, and back.</summary>
internal static class SelEventCodec
{
    private const byte Deassertion = 0x80;
    private const byte EventTypeMask = 0x7f;
    private const int IdBytes = 2;
    private const int TimestampAt = 3;

    /// <param name="toSeconds">The log's clock.</param>
    internal static byte[] ToRecord(SelEntry entry, Func<DateTimeOffset, uint> toSeconds)
    {
        var logged = entry.Event;
        if (logged.Raw is not { } raw)
            return new SelRecord(
                entry.Id, logged.RecordType, toSeconds(entry.Created), logged.GeneratorId, SelRecord.EventRevision, logged.SensorType,
                logged.SensorNumber, (byte)((logged.EventType & EventTypeMask) | (logged.IsDeassertion ? Deassertion : 0)),
                [logged.Data1, logged.Data2, logged.Data3]).ToBytes();
        var seconds = toSeconds(entry.Created);
        byte[] record = [(byte)entry.Id, (byte)(entry.Id >> 8), logged.RecordType, .. raw];
        // OEM records below E0h have a timestamp, which the log gives.
        if (logged.RecordType < SelRecord.OemWithoutTimestamp)
            BitConverter.TryWriteBytes(record.AsSpan(TimestampAt), seconds);
        return record;
    }

    /// <param name="record">16 bytes; id and timestamp are the log's affair.</param>
    internal static SelEvent ToEvent(byte[] record)
    {
        SelRecord.TryRead(record, out var read);
        var isOem = read!.Type >= SelRecord.OemTimestamped;
        return new SelEvent
        {
            RecordType = read.Type,
            SensorType = isOem ? (byte)0 : read.SensorType,
            SensorNumber = isOem ? (byte)0 : read.SensorNumber,
            EventType = isOem ? (byte)0 : (byte)(read.EventDirType & EventTypeMask),
            IsDeassertion = !isOem && (read.EventDirType & Deassertion) != 0,
            GeneratorId = isOem ? (ushort)0 : read.GeneratorId,
            Data1 = read.Data[0],
            Data2 = read.Data[1],
            Data3 = read.Data[2],
            Raw = isOem ? record[(IdBytes + 1)..] : null,
            Message = isOem
                ? string.Create(CultureInfo.InvariantCulture, $"OEM record {read.Type:X2}h: {Convert.ToHexString(record.AsSpan(TimestampAt))}.")
                : string.Create(CultureInfo.InvariantCulture, $"Sensor {read.SensorNumber} of type {read.SensorType:X2}h: event {Convert.ToHexString(read.Data)}."),
        };
    }
}
