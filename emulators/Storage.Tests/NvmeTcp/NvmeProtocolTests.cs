using System.Net;
using System.Text.Json.Nodes;
using Lab.Emulators.Storage.Tests.Support;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.Tests.NvmeTcp;

/// <summary>What a host may and may not do, frame by frame; Linux's initiator judges the rest.</summary>
public sealed class NvmeProtocolTests(TargetFixture target) : IClassFixture<TargetFixture>
{
    private const long Size = NvmeDisk.Size;
    private readonly Management management = target.Management;

    [Fact]
    public async Task Write_InCapsuleAndByTransfer_IsReadBack()
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        var small = Filled(4096, 1);
        Assert.Equal(StatusCode.Success, disk.Io.Execute(disk.Io.Io(Opcode.Write, 0, 8, 4096), small).Status);
        var large = Filled(1 << 20, 2);
        Assert.Equal(StatusCode.Success, disk.Io.Write(8, large, parts: 8));
        Assert.Equal(small, disk.Io.Read(0, 8));
        Assert.Equal(large, disk.Io.Read(8, 2048));
    }

    [Fact]
    public async Task Compare_TellsLikeFromUnlike()
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        disk.Io.Execute(disk.Io.Io(Opcode.Write, 0, 8, 4096), Filled(4096, 1));
        Assert.Equal(StatusCode.Success, disk.Io.Execute(disk.Io.Io(Opcode.Compare, 0, 8, 4096), Filled(4096, 1)).Status);
        Assert.Equal(StatusCode.CompareFailure, disk.Io.Execute(disk.Io.Io(Opcode.Compare, 0, 8, 4096), Filled(4096, 2)).Status);
    }

    [Fact]
    public async Task WriteZeroesAndDeallocate_ReadAsZeroes()
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        disk.Io.Write(0, Filled(256 * 1024, 3));
        Assert.Equal(StatusCode.Success, disk.Io.Execute(disk.Io.Io(Opcode.WriteZeroes, 0, 256, 0)).Status);
        Assert.All(disk.Io.Read(0, 256), value => Assert.Equal(0, value));
        var range = new byte[16];
        BitConverter.TryWriteBytes(range.AsSpan(4), 128);
        BitConverter.TryWriteBytes(range.AsSpan(8), 256L);
        var entry = disk.Io.Entry(Opcode.DatasetManagement, 1);
        entry[44] = 4;
        Assert.Equal(StatusCode.Success, disk.Io.Execute(entry, range).Status);
        Assert.All(disk.Io.Read(256, 128), value => Assert.Equal(0, value));
        Assert.All(disk.Io.Read(384, 128), value => Assert.Equal(3, value));
    }

    [Theory]
    [InlineData(Opcode.Read, 8192UL, 8, StatusCode.LbaOutOfRange)]
    [InlineData(Opcode.Read, 8191UL, 2, StatusCode.LbaOutOfRange)]
    [InlineData(Opcode.Read, ulong.MaxValue, 1, StatusCode.LbaOutOfRange)]
    [InlineData(Opcode.Read, 0UL, 4096, StatusCode.InvalidField)]
    [InlineData((byte)0x55, 0UL, 1, StatusCode.InvalidOpcode)]
    public async Task Command_ThatCannotBe_IsRefused(byte opcode, ulong firstBlock, int blocks, StatusCode expected)
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        Assert.Equal(expected, disk.Io.Execute(disk.Io.Io(opcode, firstBlock, blocks, blocks * 512)).Status);
        Assert.Equal(StatusCode.Success, disk.Io.Execute(disk.Io.Entry(Opcode.Flush, 1)).Status);
    }

    [Fact]
    public async Task Namespace_ThatIsNotThere_IsRefused()
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        Assert.Equal(StatusCode.InvalidNamespace, disk.Io.Execute(disk.Io.Entry(Opcode.Flush, 2)).Status);
    }

    [Fact]
    public async Task Events_AreHeld_ToldOnce_AndAgainAfterTheLogWasRead()
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        disk.ListenForChanges();
        await management.ResizeAsync(disk.Volume, 2 * Size);
        Assert.Equal(0x00040002u, (uint)Completion.Read(disk.Admin.ReceivePdu().Body).Result);

        // The host has not read the log: what changes meanwhile is no news.
        await management.ResizeAsync(disk.Volume, 3 * Size);
        disk.Admin.SendCapsule(disk.Admin.Entry(Opcode.AsynchronousEventRequest), []);
        var log = disk.Admin.Io(Opcode.GetLogPage, LogPage.ChangedNamespaces | (1023UL << 16), 1, 4096);
        disk.Admin.SendCapsule(log, []);
        Assert.Equal(PduType.ControllerToHostData, disk.Admin.ReceivePdu().Header.Type);
        Assert.Equal(PduType.CapsuleResponse, disk.Admin.ReceivePdu().Header.Type);
        await management.ResizeAsync(disk.Volume, 4 * Size);
        Assert.Equal(0x00040002u, (uint)Completion.Read(disk.Admin.ReceivePdu().Body).Result);
    }

    [Fact]
    public async Task Reservation_OfAnotherHost_FencesWrites()
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        var register = disk.Io.Entry(Opcode.ReservationRegister, 1);
        Assert.Equal(StatusCode.Success, disk.Io.Execute(register, [.. new byte[8], .. BitConverter.GetBytes(0xabcUL)]).Status);
        var wrong = disk.Io.Entry(Opcode.ReservationAcquire, 1);
        wrong[41] = 1;
        Assert.Equal(StatusCode.ReservationConflict, disk.Io.Execute(wrong, [.. BitConverter.GetBytes(1UL), .. new byte[8]]).Status);
        var acquire = disk.Io.Entry(Opcode.ReservationAcquire, 1);
        acquire[41] = 1;
        Assert.Equal(StatusCode.Success, disk.Io.Execute(acquire, [.. BitConverter.GetBytes(0xabcUL), .. new byte[8]]).Status);
        Assert.Equal(StatusCode.Success, disk.Io.Execute(disk.Io.Io(Opcode.Write, 0, 1, 512), Filled(512, 1)).Status);
    }

    [Fact]
    public async Task Controller_OfASilentHost_Ends()
    {
        var (_, subnqn) = await NvmeDisk.ExportAsync(target);
        var (host, _) = await RawHost.AdminAsync(target.Nvme, subnqn, keepAliveMs: 200);
        using (host)
            host.ReceiveToTheEnd();
    }

    [Fact]
    public async Task Frames_OutOfOrder_EndTheirConnectionAlone()
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        using (var early = await RawHost.ConnectAsync(target.Nvme))
        {
            early.SendCapsule(early.Entry(Opcode.Flush, 1).Concat(new byte[64]).ToArray()[..64], new byte[56]);
            Assert.Equal(FatalError.SequenceError, early.ReceiveTermination());
        }
        using (var io = await RawHost.IoAsync(target.Nvme, disk.Subnqn, disk.Controller, queue: 2))
        {
            io.SendData(1, 5, 0, new byte[512], isLast: true);
            Assert.Equal(FatalError.InvalidHeaderField, io.ReceiveTermination());
            io.ReceiveToTheEnd();
        }
        using (var io = await RawHost.IoAsync(target.Nvme, disk.Subnqn, disk.Controller, queue: 3))
        {
            io.SendCapsule(io.Io(Opcode.Write, 0, 32, 16384), []);
            var tag = BitConverter.ToUInt16(io.ReceivePdu().Body, 2);
            io.SendData(BitConverter.ToUInt16(io.Io(Opcode.Write, 0, 1, 0), 2), tag, 4096, new byte[4096], isLast: false);
            Assert.True(io.ReceiveTermination() is FatalError.InvalidHeaderField or FatalError.DataTransferOutOfRange);
        }
        Assert.Equal(StatusCode.Success, disk.Io.Execute(disk.Io.Entry(Opcode.Flush, 1)).Status);
    }

    [Fact]
    public async Task Queue_BeforeItsTime_IsRefused()
    {
        var (_, subnqn) = await NvmeDisk.ExportAsync(target);
        using var host = await RawHost.ConnectAsync(target.Nvme);
        host.Initialize();
        Assert.Equal(StatusCode.CommandSequenceError, host.Execute(host.Entry(Opcode.Identify)).Status);
        Assert.Equal(StatusCode.ConnectInvalidParameters, host.Connect(1, 128, 77, subnqn).Status);
        Assert.Equal(StatusCode.ConnectInvalidParameters, host.Connect(0, 32, ConnectData.AnyController, subnqn + "x").Status);
        Assert.Equal(StatusCode.ConnectInvalidParameters, host.Connect(0, 32, ConnectData.AnyController, subnqn, hostNqn: "nqn.2014-08.org.nvmexpress:other").Status);
        Assert.Equal(StatusCode.ConnectInvalidParameters, host.Connect(0, 1000, ConnectData.AnyController, subnqn).Status);
    }

    [Fact]
    public async Task Digests_ThatDoNotMatch_AreCaught()
    {
        var (_, subnqn) = await NvmeDisk.ExportAsync(target);
        using var host = await RawHost.ConnectAsync(target.Nvme);
        Assert.True(host.Initialize(new PduDigests(Header: true, Data: true)).Digests.Header);
        var pdu = new byte[76];
        new PduHeader(PduType.CapsuleCommand, PduFlags.HeaderDigest, 72, 0, 76).Write(pdu);
        host.Send(pdu);
        Assert.Equal(FatalError.HeaderDigestError, host.ReceiveTermination());
    }

    [Theory]
    [InlineData(0, 24)]
    [InlineData(1, 24)]
    [InlineData(3, 32)]
    [InlineData(31, 128)]
    public async Task Data_ForAHostThatWantsItAligned_BeginsWhereItWants(byte alignment, byte expected)
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        Assert.Equal(StatusCode.Success, disk.Io.Write(0, Filled(512 * 1024, 9), parts: 2));
        using var host = await RawHost.IoAsync(target.Nvme, disk.Subnqn, disk.Controller, queue: 2, alignment: alignment);
        // Of both ways to send it: out of the cache, and aside.
        foreach (var blocks in new[] { 8, 1024 })
        {
            host.SendCapsule(host.Io(Opcode.Read, 0, blocks, blocks * 512), []);
            var (header, body) = host.ReceivePdu();
            Assert.Equal((expected, (uint)(expected + (blocks * 512))), (header.DataOffset, header.Length));
            Assert.All(body[(ControllerPdus.DataHeaderSize - PduHeader.Size)..(expected - PduHeader.Size)], value => Assert.Equal(0, value));
            Assert.All(body[(expected - PduHeader.Size)..], value => Assert.Equal(9, value));
        }
    }

    [Fact]
    public async Task Alignment_ThatCannotBe_IsRefused()
    {
        using var host = await RawHost.ConnectAsync(target.Nvme);
        host.RequestConnection(alignment: 32);
        Assert.Equal(FatalError.InvalidHeaderField, host.ReceiveTermination());
    }

    [Fact]
    public async Task Anything_TenThousandTimes_NeitherCrashesNorLeaks()
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        disk.Io.Write(0, Filled(64 * 1024, 9));
        var random = new Random(4420);
        const int Rounds = 10_000;
        const int PerConnection = 50;
        for (var round = 0; round < Rounds; round += PerConnection)
        {
            using var host = await RawHost.ConnectAsync(target.Nvme);
            try
            {
                if (random.Next(8) != 0)
                    host.Initialize();
                if (random.Next(4) != 0)
                    host.Connect((ushort)random.Next(3), 32, random.Next(2) == 0 ? disk.Controller : ConnectData.AnyController, disk.Subnqn);
                for (var i = 0; i < PerConnection; i++)
                    host.Send(Mutated(random));
                host.CloseSending();
                host.ReceiveToTheEnd();
            }
            catch (Exception gone) when (gone is System.Net.Sockets.SocketException or Xunit.Sdk.XunitException)
            {
                // The target hung up, as it may.
            }
        }
        Assert.Equal(StatusCode.Success, disk.Io.Execute(disk.Io.Entry(Opcode.Flush, 1)).Status);
        await Eventually.TrueAsync("no connection is left behind", async () => (await management.GetAsync("exports/" + disk.Export)).GetProperty("connections").GetInt32() == 2);
    }

    /// <summary>A frame that is right but for a few bytes. It never writes: what is stored is watched.</summary>
    private static byte[] Mutated(Random random)
    {
        var data = random.Next(3) == 0 ? random.Next(200) : 0;
        var pdu = new byte[72 + data];
        random.NextBytes(pdu);
        new PduHeader(
            random.Next(10) == 0 ? (PduType)random.Next(12) : PduType.CapsuleCommand, random.Next(10) == 0 ? (PduFlags)random.Next(256) : PduFlags.None, 72,
            data > 0 ? (byte)72 : (byte)0, (uint)pdu.Length).Write(pdu);
        pdu[8] = random.Next(3) switch { 0 => Opcode.Read, 1 => Opcode.Fabrics, _ => (byte)random.Next(256) };
        if (pdu[8] is Opcode.Write or Opcode.WriteZeroes or Opcode.DatasetManagement)
            pdu[8] = Opcode.Compare;
        if (random.Next(2) == 0)
            pdu[9] = 0x40;
        if (random.Next(20) == 0)
            pdu[random.Next(8)] = (byte)random.Next(256);
        return pdu;
    }

    private static byte[] Filled(int count, byte value) => [.. Enumerable.Repeat(value, count)];
}
