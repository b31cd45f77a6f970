using System.Buffers.Binary;
using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Ipmi.Settings;
using Lab.Protocols.Ipmi;
using Lab.Protocols.Ipmi.Sel;
using static Lab.Emulators.Bmc.Ipmi.Commands.CommandFamily;

namespace Lab.Emulators.Bmc.Ipmi.Commands;

/// <summary>The system event log (IPMI 2.0 §31), and Platform Event (§29.3) that adds to it. Redfish's LogServices/SEL is the same log.</summary>
internal sealed class SelCommands(BmcInstance bmc, IpmiSettingsStore settings, BmcClock clock)
{
    private const byte SelVersion = 0x51;
    private const ushort First = 0x0000;
    private const ushort Last = 0xffff;
    private const int UtcOffsetUnspecified = 0x07ff;
    private const int UtcOffsetMax = 1440;

    private readonly Reservation reservation = new();

    internal IEnumerable<IpmiCommand> Commands =>
    [
        Row(IpmiNetFn.SensorEvent, 0x02, IpmiPrivilege.Operator, 7..8, PlatformEventAsync),
        Row(IpmiNetFn.Storage, 0x40, IpmiPrivilege.User, 0..0, Info),
        Row(IpmiNetFn.Storage, 0x41, IpmiPrivilege.User, 0..0, AllocationInfo),
        Row(IpmiNetFn.Storage, 0x42, IpmiPrivilege.User, 0..0, _ => reservation.Reserve()),
        Row(IpmiNetFn.Storage, 0x43, IpmiPrivilege.User, 6..6, Get),
        Row(IpmiNetFn.Storage, 0x44, IpmiPrivilege.Operator, SelRecord.Bytes..SelRecord.Bytes, AddAsync),
        Row(IpmiNetFn.Storage, 0x46, IpmiPrivilege.Operator, 4..4, DeleteAsync),
        Row(IpmiNetFn.Storage, 0x47, IpmiPrivilege.Operator, 6..6, ClearAsync),
        Row(IpmiNetFn.Storage, 0x48, IpmiPrivilege.User, 0..0, _ => clock.Get()),
        Row(IpmiNetFn.Storage, 0x49, IpmiPrivilege.Operator, 4..4, SetTime),
        Row(IpmiNetFn.Storage, 0x5c, IpmiPrivilege.User, 0..0, UtcOffset),
        Row(IpmiNetFn.Storage, 0x5d, IpmiPrivilege.Operator, 2..2, SetUtcOffset),
    ];

    private SystemEventLog Log => bmc.Device.State.EventLog;

    private IpmiResponse Info(IpmiCall call)
    {
        const byte DeleteReserveAndAllocation = 0x0b;
        const byte Overflow = 0x80;
        const uint Never = 0xffffffff;
        var log = Log;
        var info = new byte[14];
        info[0] = SelVersion;
        BinaryPrimitives.WriteUInt16LittleEndian(info.AsSpan(1), (ushort)log.Entries.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(info.AsSpan(3), (ushort)(log.Free * SelRecord.Bytes));
        BinaryPrimitives.WriteUInt32LittleEndian(info.AsSpan(5), log.LastAddition is { } added ? clock.ToSeconds(added) : Never);
        BinaryPrimitives.WriteUInt32LittleEndian(info.AsSpan(9), log.LastErase is { } erased ? clock.ToSeconds(erased) : Never);
        info[13] = (byte)(DeleteReserveAndAllocation | (log.HasOverflowed ? Overflow : 0));
        return IpmiResponse.Of(info);
    }

    private IpmiResponse AllocationInfo(IpmiCall call)
    {
        var free = (ushort)Log.Free;
        return IpmiResponse.Of(
            (byte)(SystemEventLog.EntriesMax & 0xff), SystemEventLog.EntriesMax >> 8, SelRecord.Bytes, 0, (byte)free, (byte)(free >> 8),
            (byte)free, (byte)(free >> 8), 1);
    }

    private IpmiResponse Get(IpmiCall call)
    {
        var data = call.Data;
        var (id, offset, count) = (BinaryPrimitives.ReadUInt16LittleEndian(data[2..]), data[4], data[5]);
        if (offset != 0 && !reservation.Holds(data))
            return Error(IpmiCompletion.ReservationInvalid);
        var entries = Log.Entries;
        var index = IndexOf(id);
        if (index < 0)
            return Error(IpmiCompletion.RequestedDataNotPresent);
        var next = index + 1 < entries.Count ? entries[index + 1].Id : Last;
        return RecordSlice.Answer(next, SelEventCodec.ToRecord(entries[index], clock.ToSeconds), offset, count);
    }

    private async ValueTask<IpmiResponse> PlatformEventAsync(IpmiCall call, CancellationToken token)
    {
        // The system interface tells first who speaks; on LAN that is the console's software id.
        var isLan = call.Channel == IpmiChannel.Lan;
        if (call.Data.Length != (isLan ? 7 : 8))
            return Error(IpmiCompletion.RequestLengthInvalid);
        var data = call.Request.Data[(isLan ? 0 : 1)..].ToArray();
        var generator = isLan ? (ushort)Protocols.Ipmi.Lan.LanMessage.ConsoleAddress : call.Data[0];
        var record = new SelRecord(0, SelRecord.SystemEvent, 0, generator, data[0], data[1], data[2], data[3], data[4..]);
        return await AddAsync(SelEventCodec.ToEvent(record.ToBytes()), token) is { } ? IpmiResponse.Done : Error(IpmiCompletion.OutOfSpace);
    }

    private async ValueTask<IpmiResponse> AddAsync(IpmiCall call, CancellationToken token)
    {
        var record = call.Request.Data.ToArray();
        if (record[2] != SelRecord.SystemEvent && record[2] < SelRecord.OemTimestamped)
            return Error(IpmiCompletion.InvalidField);
        return await AddAsync(SelEventCodec.ToEvent(record), token) is { } id
            ? IpmiResponse.Of((byte)id, (byte)(id >> 8))
            : Error(IpmiCompletion.OutOfSpace);
    }

    private async ValueTask<IpmiResponse> DeleteAsync(IpmiCall call, CancellationToken token)
    {
        if (!reservation.Holds(call.Data))
            return Error(IpmiCompletion.ReservationInvalid);
        var index = IndexOf(BinaryPrimitives.ReadUInt16LittleEndian(call.Data[2..]));
        if (index < 0)
            return Error(IpmiCompletion.RequestedDataNotPresent);
        var id = Log.Entries[index].Id;
        await bmc.Device.ConfigureAsync(state => state with { EventLog = state.EventLog.Remove(id, bmc.Time.GetUtcNow()) }, token);
        reservation.Cancel();
        return IpmiResponse.Of((byte)id, (byte)(id >> 8));
    }

    private async ValueTask<IpmiResponse> ClearAsync(IpmiCall call, CancellationToken token)
    {
        const byte InitiateErase = 0xaa;
        const byte GetStatus = 0x00;
        const byte Completed = 0x01;
        if (!call.Data[2..5].SequenceEqual("CLR"u8))
            return Error(IpmiCompletion.InvalidField);
        var operation = call.Data[5];
        if (operation is not (InitiateErase or GetStatus))
            return Error(IpmiCompletion.InvalidField);
        if (!reservation.Holds(call.Data))
            return Error(IpmiCompletion.ReservationInvalid);
        if (operation == InitiateErase)
            await bmc.Device.ConfigureAsync(state => state with { EventLog = state.EventLog.Clear(bmc.Time.GetUtcNow()) }, token);
        return IpmiResponse.Of(Completed);
    }

    private IpmiResponse SetTime(IpmiCall call)
    {
        clock.Set(BinaryPrimitives.ReadUInt32LittleEndian(call.Data));
        return IpmiResponse.Done;
    }

    private IpmiResponse UtcOffset(IpmiCall call)
    {
        var offset = settings.Current.UtcOffset ?? UtcOffsetUnspecified;
        return IpmiResponse.Of((byte)offset, (byte)(offset >> 8));
    }

    private IpmiResponse SetUtcOffset(IpmiCall call)
    {
        var offset = BinaryPrimitives.ReadInt16LittleEndian(call.Data);
        if (offset != UtcOffsetUnspecified && Math.Abs((int)offset) > UtcOffsetMax)
            return Error(IpmiCompletion.ParameterOutOfRange);
        settings.Change(s => s with { UtcOffset = offset == UtcOffsetUnspecified ? null : offset });
        return IpmiResponse.Done;
    }

    private int IndexOf(ushort id)
    {
        var entries = Log.Entries;
        return id switch
        {
            First => entries.Count > 0 ? 0 : -1,
            Last => entries.Count - 1,
            _ => entries.FindIndex(entry => entry.Id == id),
        };
    }

    /// <returns>The new record's id; null when the log is full.</returns>
    private async ValueTask<ushort?> AddAsync(SelEvent added, CancellationToken token)
    {
        ushort? id = null;
        await bmc.Device.ConfigureAsync(
            state =>
            {
                var isFull = state.EventLog.Free == 0;
                var next = DeviceMachine.Logged(state, added, bmc.Time.GetUtcNow());
                id = isFull ? null : next.EventLog.LastId;
                return next;
            },
            token);
        return id;
    }
}
