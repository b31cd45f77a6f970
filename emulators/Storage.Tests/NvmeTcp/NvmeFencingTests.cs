using System.Diagnostics;
using System.Text.Json.Nodes;
using Lab.Emulators.Storage.Tests.Support;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.Tests.NvmeTcp;

/// <summary>Commands that were let in, and may no longer be done when they are about to touch the store (base specification 2.0 §8.19).</summary>
public sealed class NvmeFencingTests(TargetFixture target) : IClassFixture<TargetFixture>
{
    private const byte Preempt = 1;
    private const byte PreemptAndAbort = 2;
    private const byte WriteExclusive = 1;
    private const byte ExclusiveAccess = 2;
    private const ulong KeyA = 0xa;
    private const ulong KeyB = 0xb;
    private const int Blocks = 32;
    private static readonly Guid Other = Guid.Parse("00000000-0000-0000-0000-000000000002");
    private static readonly byte[] Sevens = [.. Enumerable.Repeat((byte)7, Blocks * 512)];

    [Fact]
    public async Task Deallocation_WhoseRangesComeAfterThePreemption_ChangesNothing()
    {
        var (a, b) = await OpenTwoAsync();
        using (a)
        using (b)
        {
            Assert.Equal(StatusCode.Success, a.Io.Write(0, Sevens));
            var (entry, ranges) = Deallocation(a);
            var tag = a.Io.Begin(entry);
            Assert.Equal(StatusCode.Success, b.Acquire(Preempt, WriteExclusive, KeyB, KeyA));
            Assert.Equal(StatusCode.ReservationConflict, a.Io.Finish(entry, tag, ranges));
            Assert.Equal(Sevens, b.Io.Read(0, Blocks));
        }
    }

    [Theory]
    [InlineData(Opcode.Write)]
    [InlineData(Opcode.WriteZeroes)]
    [InlineData(Opcode.DatasetManagement)]
    public async Task Change_HeldUpWhileItsHostIsPreempted_ChangesNothing(byte opcode)
    {
        var (a, b) = await OpenTwoAsync();
        using (a)
        using (b)
        {
            Assert.Equal(StatusCode.Success, a.Io.Write(0, Sevens));
            var fault = await HoldUpAsync(a.Volume);
            var (entry, data) = opcode == Opcode.DatasetManagement
                ? Deallocation(a)
                : (a.Io.Io(opcode, 0, Blocks, opcode == Opcode.Write ? Sevens.Length : 0), opcode == Opcode.Write ? new byte[Sevens.Length] : null);
            entry[51] |= 0x40;
            if (data is null)
                a.Io.SendCapsule(entry, []);
            else
                a.Io.SendData(BitConverter.ToUInt16(entry, 2), a.Io.Begin(entry), 0, data, isLast: true);
            await ActedAsync(fault);
            Assert.Equal(StatusCode.Success, b.Acquire(Preempt, WriteExclusive, KeyB, KeyA));
            Assert.Equal(StatusCode.ReservationConflict, a.Io.ReceiveStatus(entry));
            Assert.Equal(Sevens, b.Io.Read(0, Blocks));
        }
    }

    [Fact]
    public async Task Read_HeldUpWhileItsHostIsPreempted_TellsNothing()
    {
        var (a, b) = await OpenTwoAsync();
        using (a)
        using (b)
        {
            var fault = await HoldUpAsync(a.Volume);
            var entry = a.Io.Io(Opcode.Read, 0, Blocks, Sevens.Length);
            a.Io.SendCapsule(entry, []);
            await ActedAsync(fault);
            Assert.Equal(StatusCode.Success, b.Acquire(Preempt, ExclusiveAccess, KeyB, KeyA));
            Assert.Equal(StatusCode.ReservationConflict, a.Io.ReceiveStatus(entry));
        }
    }

    [Fact]
    public async Task Write_WhoseDataComesOverAPathThatWasClosed_ChangesNothing()
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        var entry = disk.Io.Io(Opcode.Write, 0, Blocks, Sevens.Length);
        var tag = disk.Io.Begin(entry);
        await SetStateAsync("inaccessible");
        try
        {
            Assert.Equal(StatusCode.AnaInaccessible, disk.Io.Finish(entry, tag, Sevens));
        }
        finally
        {
            await SetStateAsync("optimized");
        }
        Assert.Equal(new byte[Sevens.Length], disk.Io.Read(0, Blocks));
    }

    [Fact]
    public async Task Write_WhoseDataComesAfterItsNamespaceWent_ChangesNothing()
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        disk.ListenForChanges();
        // Answered in order: the request is held by then.
        disk.Admin.Identify(2);
        var entry = disk.Io.Io(Opcode.Write, 0, Blocks, Sevens.Length);
        var tag = disk.Io.Begin(entry);
        var deleting = target.Management.DeleteAsync("exports/" + disk.Export);
        disk.Admin.ReceivePdu();
        Assert.Equal(StatusCode.InvalidNamespace, disk.Io.Finish(entry, tag, Sevens));
        disk.Admin.Identify(2);
        await deleting;
    }

    [Fact]
    public async Task PreemptAndAbort_IsDone_WhenTheOthersCommandsAre()
    {
        const double seconds = 0.4;
        var (a, b) = await OpenTwoAsync();
        using (a)
        using (b)
        {
            var fault = await HoldUpAsync(a.Volume, seconds);
            var entry = a.Io.Io(Opcode.Write, 0, Blocks, Sevens.Length);
            var start = Stopwatch.GetTimestamp();
            a.Io.SendData(BitConverter.ToUInt16(entry, 2), a.Io.Begin(entry), 0, Sevens, isLast: true);
            await ActedAsync(fault);
            Assert.Equal(StatusCode.Success, b.Acquire(PreemptAndAbort, WriteExclusive, KeyB, KeyA));
            // Timers count in milliseconds, and may be one early.
            Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromSeconds(seconds - 0.01), "it was done before the other's command was");
            Assert.Equal(StatusCode.ReservationConflict, a.Io.ReceiveStatus(entry));
            Assert.Equal(new byte[Sevens.Length], b.Io.Read(0, Blocks));
        }
    }

    [Fact]
    public async Task PreemptAndAbort_OfACommandThatWaitsForItsData_AbortsIt()
    {
        var (a, b) = await OpenTwoAsync();
        using (a)
        using (b)
        {
            // It only reads, which a write exclusive reservation lets everybody do.
            var entry = a.Io.Io(Opcode.Compare, 0, Blocks, Sevens.Length);
            var tag = a.Io.Begin(entry);
            Assert.Equal(StatusCode.Success, b.Acquire(PreemptAndAbort, WriteExclusive, KeyB, KeyA));
            Assert.Equal(StatusCode.AbortedByPreemption, a.Io.Finish(entry, tag, new byte[Sevens.Length]));
            var again = a.Io.Io(Opcode.Compare, 0, Blocks, Sevens.Length);
            Assert.Equal(StatusCode.Success, a.Io.Finish(again, a.Io.Begin(again), new byte[Sevens.Length]));
        }
    }

    [Fact]
    public async Task CommandId_ThatIsInUse_IsRefused_AndItsUserGoesOn()
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        var write = disk.Io.Io(Opcode.Write, 0, Blocks, Sevens.Length);
        var tag = disk.Io.Begin(write);
        var second = disk.Io.Entry(Opcode.Flush, 1);
        write.AsSpan(2, 2).CopyTo(second.AsSpan(2));
        Assert.Equal(StatusCode.CommandIdConflict, disk.Io.Execute(second).Status);
        // The refusal has not made the identifier free.
        var third = disk.Io.Io(Opcode.Write, 64, 1, 512);
        write.AsSpan(2, 2).CopyTo(third.AsSpan(2));
        Assert.Equal(StatusCode.CommandIdConflict, disk.Io.Execute(third, new byte[512]).Status);
        Assert.Equal(StatusCode.Success, disk.Io.Finish(write, tag, Sevens));
        Assert.Equal(Sevens, disk.Io.Read(0, Blocks));
        Assert.Equal(StatusCode.Success, disk.Io.Execute(second).Status);
    }

    [Fact]
    public async Task CommandId_OfAnEventRequest_IsFreeAfterAReset()
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        var request = disk.Admin.Entry(Opcode.AsynchronousEventRequest);
        disk.Admin.SendCapsule(request, []);
        Assert.Equal(StatusCode.CommandIdConflict, disk.Admin.Execute(request).Status);
        Assert.Equal(StatusCode.Success, disk.Admin.SetProperty(0x14, 0x460000).Status);
        Assert.Equal(StatusCode.Success, disk.Admin.SetProperty(0x14, 0x460001).Status);
        disk.Admin.SendCapsule(request, []);
        Assert.Equal(StatusCode.Success, disk.Admin.Execute(disk.Admin.Entry(Opcode.KeepAlive)).Status);
    }

    /// <summary>Two hosts, registered, of which the first holds a write exclusive reservation.</summary>
    private async Task<(NvmeDisk A, NvmeDisk B)> OpenTwoAsync()
    {
        var (volume, subnqn) = await NvmeDisk.ExportAsync(target);
        var a = await NvmeDisk.OpenAsync(target.Nvme, volume, subnqn);
        var b = await NvmeDisk.OpenAsync(target.Nvme, volume, subnqn, Other);
        Assert.Equal(StatusCode.Success, a.Register(0, KeyA));
        Assert.Equal(StatusCode.Success, b.Register(0, KeyB));
        Assert.Equal(StatusCode.Success, a.Acquire(0, WriteExclusive, KeyA));
        return (a, b);
    }

    private static (byte[] Entry, byte[] Ranges) Deallocation(NvmeDisk disk)
    {
        var entry = disk.Io.Io(Opcode.DatasetManagement, 0, 1, 16);
        entry.AsSpan(40, 12).Clear();
        entry[44] = 4;
        var range = new byte[16];
        BitConverter.TryWriteBytes(range.AsSpan(4), Blocks);
        return (entry, range);
    }

    private async Task<string> HoldUpAsync(Guid volume, double seconds = 0.3) =>
        (await target.Management.PostAsync("faults", new JsonObject { ["kind"] = "stall", ["volume"] = volume, ["stall_seconds"] = seconds, ["count_max"] = 1 }))
        .GetProperty("id").GetString()!;

    private Task ActedAsync(string fault) => Eventually.TrueAsync(
        "the command is held up",
        async () => (await target.Management.GetAsync("faults")).GetProperty("faults").EnumerateArray()
            .Single(one => one.GetProperty("id").GetString() == fault).GetProperty("count").GetInt32() == 1);

    private async Task SetStateAsync(string state) =>
        await target.Management.PostAsync("nvme/ports/1/state", new JsonObject { ["state"] = state }, System.Net.HttpStatusCode.OK);
}
