using System.Buffers.Binary;
using Lab.Emulators.Storage.Tests.Support;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.Tests.NvmeTcp;

/// <summary>Fencing between two hosts, on the wire (base specification 2.0 §8.19).</summary>
public sealed class NvmeReservationTests(TargetFixture target) : IClassFixture<TargetFixture>
{
    private const byte WriteExclusive = 1;
    private const byte ExclusiveAccessRegistrants = 4;
    private const ulong KeyA = 0xa;
    private const ulong KeyB = 0xb;
    private static readonly Guid Other = Guid.Parse("00000000-0000-0000-0000-000000000002");

    [Fact]
    public async Task Preempted_Host_ReadsAndNoLongerWrites()
    {
        var (volume, subnqn) = await NvmeDisk.ExportAsync(target);
        using var a = await NvmeDisk.OpenAsync(target.Nvme, volume, subnqn);
        using var b = await NvmeDisk.OpenAsync(target.Nvme, volume, subnqn, Other);
        Assert.Equal(StatusCode.Success, a.Register(0, KeyA));
        Assert.Equal(StatusCode.Success, b.Register(0, KeyB));
        Assert.Equal(StatusCode.Success, a.Acquire(0, WriteExclusive, KeyA));
        Assert.Equal(StatusCode.ReservationConflict, b.Acquire(0, WriteExclusive, KeyB));
        Assert.Equal(StatusCode.ReservationConflict, Write(b));
        Assert.Equal(StatusCode.Success, Write(a));

        Assert.Equal(StatusCode.Success, b.Acquire(1, WriteExclusive, KeyB, KeyA));
        Assert.Equal(StatusCode.Success, Write(b));
        Assert.Equal(StatusCode.ReservationConflict, Write(a));
        Assert.Equal(512, a.Io.Read(0, 1).Length);
        Assert.Equal((3u, WriteExclusive, 1), Report(b));
        // It lost its registration, too.
        Assert.Equal(StatusCode.ReservationConflict, a.Acquire(1, WriteExclusive, KeyA, KeyB));
    }

    [Fact]
    public async Task Write_WhoseDataComesAfterThePreemption_IsRefused()
    {
        var (volume, subnqn) = await NvmeDisk.ExportAsync(target);
        using var a = await NvmeDisk.OpenAsync(target.Nvme, volume, subnqn);
        using var b = await NvmeDisk.OpenAsync(target.Nvme, volume, subnqn, Other);
        var data = Enumerable.Repeat((byte)7, 16384).ToArray();
        var entry = a.Io.Io(Opcode.Write, 0, 32, data.Length);
        a.Io.SendCapsule(entry, []);
        var (header, body) = a.Io.ReceivePdu();
        Assert.Equal(PduType.ReadyToTransfer, header.Type);

        Assert.Equal(StatusCode.Success, b.Register(0, KeyB));
        Assert.Equal(StatusCode.Success, b.Acquire(0, WriteExclusive, KeyB));
        a.Io.SendData(
            BinaryPrimitives.ReadUInt16LittleEndian(entry.AsSpan(2)), BinaryPrimitives.ReadUInt16LittleEndian(body.AsSpan(2)), 0, data, isLast: true);
        Assert.Equal(StatusCode.ReservationConflict, Completion.Read(a.Io.ReceivePdu().Body).Status);
        Assert.All(b.Io.Read(0, 32), value => Assert.Equal(0, value));
    }

    [Fact]
    public async Task Unregistered_Holder_LosesTheReservation()
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        Assert.Equal(StatusCode.Success, disk.Register(0, KeyA));
        Assert.Equal(StatusCode.ReservationConflict, disk.Register(0, KeyB));
        Assert.Equal(StatusCode.Success, disk.Register(2, KeyB, KeyA));
        Assert.Equal(StatusCode.Success, disk.Acquire(0, ExclusiveAccessRegistrants, KeyB));
        Assert.Equal(StatusCode.ReservationConflict, disk.Register(1, 0, KeyA));
        Assert.Equal(StatusCode.Success, disk.Register(1, 0, KeyB));
        Assert.Equal((3u, (byte)0, 0), Report(disk));
    }

    [Fact]
    public async Task Release_OfAnotherType_IsRefused_AndOfTheRight_Frees()
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        disk.Register(0, KeyA);
        disk.Acquire(0, WriteExclusive, KeyA);
        Assert.Equal(StatusCode.InvalidField, disk.Release(0, ExclusiveAccessRegistrants, KeyA));
        Assert.Equal(StatusCode.ReservationConflict, disk.Release(0, WriteExclusive, KeyB));
        Assert.Equal(StatusCode.Success, disk.Release(0, WriteExclusive, KeyA));
        Assert.Equal((1u, (byte)0, 1), Report(disk));
        Assert.Equal(StatusCode.Success, disk.Release(1, 0, KeyA));
        Assert.Equal((2u, (byte)0, 0), Report(disk));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reservation_AfterAKill_IsThereIfPersistent(bool isPersistent)
    {
        using var directory = new TempDirectory();
        Guid volume;
        string subnqn;
        using (var first = await TargetProcess.StartAsync(directory.File("pool"), "--nvme-tcp", "127.0.0.1:0"))
        {
            (volume, subnqn) = await NvmeDisk.ExportAsync(first.Management);
            using var disk = await NvmeDisk.OpenAsync(first.Nvme!, volume, subnqn);
            Assert.Equal(StatusCode.Success, disk.Register(0, KeyA, persistence: 3));
            Assert.Equal(StatusCode.Success, disk.Acquire(0, WriteExclusive, KeyA));
            Assert.Equal(1ul, GetPersistence(disk));
            if (!isPersistent)
                Assert.Equal(StatusCode.Success, SetPersistence(disk, 0));
            await first.KillAsync();
        }
        using var second = await TargetProcess.StartAsync(directory.File("pool"), "--nvme-tcp", "127.0.0.1:0");
        using var other = await NvmeDisk.OpenAsync(second.Nvme!, volume, subnqn, Other);
        Assert.Equal(isPersistent ? StatusCode.ReservationConflict : StatusCode.Success, Write(other));
        Assert.Equal(isPersistent ? (1u, WriteExclusive, 1) : (0u, (byte)0, 0), Report(other));
        Assert.Equal(isPersistent ? 1ul : 0, GetPersistence(other));
    }

    private static StatusCode Write(NvmeDisk disk) => disk.Io.Execute(disk.Io.Io(Opcode.Write, 0, 1, 512), new byte[512]).Status;

    private static (uint Generation, byte Type, int Registrants) Report(NvmeDisk disk)
    {
        var entry = disk.Io.Entry(Opcode.ReservationReport, 1);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(40), 127);
        entry[44] = 1;
        var report = disk.Io.ExecuteWithData(entry, 512);
        return (BinaryPrimitives.ReadUInt32LittleEndian(report), report[4], BinaryPrimitives.ReadUInt16LittleEndian(report.AsSpan(5)));
    }

    private static ulong GetPersistence(NvmeDisk disk)
    {
        var entry = disk.Admin.Entry(Opcode.GetFeatures, 1);
        entry[40] = 0x83;
        return disk.Admin.Execute(entry).Result;
    }

    private static StatusCode SetPersistence(NvmeDisk disk, byte value)
    {
        var entry = disk.Admin.Entry(Opcode.SetFeatures, 1);
        entry[40] = 0x83;
        entry[44] = value;
        return disk.Admin.Execute(entry).Status;
    }
}
