using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Tests.Ipmi.Testbed;
using Lab.Protocols.Ipmi;
using Lab.Protocols.Ipmi.Sel;
using Microsoft.Extensions.Time.Testing;

namespace Lab.Emulators.Bmc.Tests.Ipmi.Commands;

/// <summary>Event log, SDR repository, sensors and FRU inventory.</summary>
public sealed class StorageCommandTests
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    [Fact]
    public async Task Sel_RecordAdded_IsReadBackWithIdAndTime()
    {
        await using var bmc = new IpmiBmc(time);
        var added = new SelRecord(0xffff, SelRecord.SystemEvent, 0, 0x0041, 4, 0x01, 0x03, 0x81, [0x59, 0x60, 0x5f]).ToBytes();
        Assert.Equal([1, 0], await bmc.ReadAsync(IpmiNetFn.Storage, 0x44, added));
        var answer = await bmc.ReadAsync(IpmiNetFn.Storage, 0x43, 0, 0, 0, 0, 0, 0xff);
        Assert.Equal([0xff, 0xff], answer[..2]);
        Assert.True(SelRecord.TryRead(answer.AsSpan(2), out var read));
        Assert.Equal((1, (uint)time.GetUtcNow().ToUnixTimeSeconds()), (read!.Id, read.Timestamp));
        Assert.Equal(added[7..], read.ToBytes()[7..]);
        Assert.True(Assert.Single(bmc.Device.State.EventLog.Entries).Event.IsDeassertion);
    }

    [Theory]
    [InlineData(0xc5)]
    [InlineData(0xe5)]
    public async Task Sel_OemRecord_KeepsItsBytes(int type)
    {
        await using var bmc = new IpmiBmc(time);
        byte[] record = [0, 0, (byte)type, 9, 9, 9, 9, 7, 6, 5, 4, 3, 2, 1, 0, 8];
        await bmc.ReadAsync(IpmiNetFn.Storage, 0x44, record);
        var read = (await bmc.ReadAsync(IpmiNetFn.Storage, 0x43, 0, 0, 1, 0, 0, 0xff))[2..];
        // Those below E0h have a timestamp, which is the log's.
        var from = type < 0xe0 ? 7 : 3;
        Assert.Equal(record[from..], read[from..]);
        Assert.Equal(type < 0xe0, BitConverter.ToUInt32(read, 3) == time.GetUtcNow().ToUnixTimeSeconds());
    }

    [Fact]
    public async Task Sel_DeleteAndClear_NeedTheReservationThatHolds()
    {
        await using var bmc = new IpmiBmc(time);
        var record = new SelRecord(0, SelRecord.SystemEvent, 0, 0x20, 4, 1, 1, 1, [1, 2, 3]).ToBytes();
        for (var i = 0; i < 3; i++)
            await bmc.ReadAsync(IpmiNetFn.Storage, 0x44, record);
        var old = await bmc.ReadAsync(IpmiNetFn.Storage, 0x42);
        var held = await bmc.ReadAsync(IpmiNetFn.Storage, 0x42);
        Assert.Equal(IpmiCompletion.ReservationInvalid, (await bmc.AskAsync(IpmiNetFn.Storage, 0x46, [.. old, 2, 0])).Completion);
        Assert.Equal([2, 0], await bmc.ReadAsync(IpmiNetFn.Storage, 0x46, [.. held, 2, 0]));
        Assert.Equal([1, 3], bmc.Device.State.EventLog.Entries.Select(entry => (int)entry.Id));
        // A deletion ends the reservation.
        Assert.Equal(IpmiCompletion.ReservationInvalid, (await bmc.AskAsync(IpmiNetFn.Storage, 0x46, [.. held, 3, 0])).Completion);
        held = await bmc.ReadAsync(IpmiNetFn.Storage, 0x42);
        Assert.Equal([1], await bmc.ReadAsync(IpmiNetFn.Storage, 0x47, [.. held, .. "CLR"u8, 0xaa]));
        Assert.Equal([1], await bmc.ReadAsync(IpmiNetFn.Storage, 0x47, [.. held, .. "CLR"u8, 0x00]));
        Assert.Equal(SelEvents.LogCleared, Assert.Single(bmc.Device.State.EventLog.Entries).Event);
    }

    [Fact]
    public async Task Sel_Full_KeepsWhatItHasAndTellsOverflow()
    {
        await using var bmc = new IpmiBmc(time);
        var full = new SystemEventLog();
        while (full.Free > 0)
            full = full.Add(SelEvents.PoweredOn, time.GetUtcNow());
        await bmc.Device.ConfigureAsync(state => state with { EventLog = full }, TestContext.Current.CancellationToken);
        var record = new SelRecord(0, SelRecord.SystemEvent, 0, 0x20, 4, 1, 1, 1, [1, 2, 3]).ToBytes();
        Assert.Equal(IpmiCompletion.OutOfSpace, (await bmc.AskAsync(IpmiNetFn.Storage, 0x44, record)).Completion);
        var info = await bmc.ReadAsync(IpmiNetFn.Storage, 0x40);
        Assert.Equal((SystemEventLog.EntriesMax, 0, 0x80), (BitConverter.ToUInt16(info, 1), BitConverter.ToUInt16(info, 3), info[13] & 0x80));
    }

    [Fact]
    public async Task SelTime_Set_GoesOnFromThere()
    {
        await using var bmc = new IpmiBmc(time);
        await bmc.ReadAsync(IpmiNetFn.Storage, 0x49, BitConverter.GetBytes(1_000_000_000u));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1_000_000_010u, BitConverter.ToUInt32(await bmc.ReadAsync(IpmiNetFn.Storage, 0x48)));
    }

    [Fact]
    public async Task Sdr_ReadInPieces_IsTheRecordReadWhole()
    {
        await using var bmc = new IpmiBmc(time);
        var reservation = await bmc.ReadAsync(IpmiNetFn.Storage, 0x22);
        var count = BitConverter.ToUInt16(await bmc.ReadAsync(IpmiNetFn.Storage, 0x20), 1);
        ushort id = 0;
        var records = 0;
        for (ushort next; id != 0xffff; id = next, records++)
        {
            var whole = await bmc.ReadAsync(IpmiNetFn.Storage, 0x23, [0, 0, .. BitConverter.GetBytes(id), 0, 0xff]);
            next = BitConverter.ToUInt16(whole);
            Assert.Equal(whole.Length - 2, 5 + whole[6]);
            List<byte> pieces = [];
            while (pieces.Count < whole.Length - 2)
                pieces.AddRange((await bmc.ReadAsync(IpmiNetFn.Storage, 0x23, [.. reservation, .. BitConverter.GetBytes(id), (byte)pieces.Count, 16]))[2..]);
            Assert.Equal(whole[2..], pieces);
        }
        Assert.Equal(count, records);
    }

    [Fact]
    public async Task Sensor_Reading_IsTheDevicesAndFollowsIt()
    {
        await using var bmc = new IpmiBmc(time);
        const byte Fan = 16;
        const byte Inlet = 1;
        Assert.Equal(0x20, (await bmc.ReadAsync(IpmiNetFn.SensorEvent, 0x2d, Fan))[1] & 0x20);
        await bmc.ReadAsync(IpmiNetFn.Chassis, 0x02, 1);
        Assert.Equal(0, (await bmc.ReadAsync(IpmiNetFn.SensorEvent, 0x2d, Fan))[1] & 0x20);
        await bmc.Device.ConfigureAsync(
            state => state with { SensorOverrides = state.SensorOverrides.SetItem("InletTemp", 46) }, TestContext.Current.CancellationToken);
        var reading = await bmc.ReadAsync(IpmiNetFn.SensorEvent, 0x2d, Inlet);
        // M 4, B -200, exponent -1: 46 °C is (46 + 20) / 0.4; above non-critical and critical.
        Assert.Equal((165, 0xc0 | 0x08 | 0x10), (reading[0], reading[2]));
    }

    [Fact]
    public async Task Fru_Areas_HaveTheirChecksumsAndTheAssetTag()
    {
        await using var bmc = new IpmiBmc(time);
        await bmc.Device.ConfigureAsync(state => state with { AssetTag = "rack 7" }, TestContext.Current.CancellationToken);
        var size = BitConverter.ToUInt16(await bmc.ReadAsync(IpmiNetFn.Storage, 0x10, 0));
        List<byte> bytes = [];
        while (bytes.Count < size)
            bytes.AddRange((await bmc.ReadAsync(IpmiNetFn.Storage, 0x11, 0, (byte)bytes.Count, (byte)(bytes.Count >> 8), 32))[1..]);
        byte[] fru = [.. bytes];
        Assert.True(IpmiChecksum.Holds(fru.AsSpan(0, 8)));
        foreach (var pointer in fru[2..5])
            Assert.True(IpmiChecksum.Holds(fru.AsSpan(pointer * 8, fru[(pointer * 8) + 1] * 8)));
        Assert.Contains("rack 7", System.Text.Encoding.Latin1.GetString(fru), StringComparison.Ordinal);
        Assert.Contains(IpmiBmc.SerialNumber, System.Text.Encoding.Latin1.GetString(fru), StringComparison.Ordinal);
    }
}
