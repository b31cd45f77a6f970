using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Emulators.Storage.Tests.NvmeTcp;
using Lab.Emulators.Storage.Tests.Support;
using Lab.Protocols.Nbd;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.Tests.Qos;

/// <summary>Limits of a volume as clients of both fronts meet them. What is measured is only that nothing goes faster than it may.</summary>
public sealed class LimitTests(TargetFixture target) : IClassFixture<TargetFixture>
{
    private const int Block = 4096;
    private const int Blocks = Block / 512;

    /// <summary>Seconds of its rate that a limit lets go at once.</summary>
    private const double Burst = 0.1;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Management management = target.Management;

    [Theory]
    [InlineData("iops", 40, true)]
    [InlineData("iops", 40, false)]
    [InlineData("read_iops", 40, true)]
    [InlineData("write_iops", 40, false)]
    [InlineData("bytes_per_second", 40 * Block, true)]
    [InlineData("bytes_per_second", 40 * Block, false)]
    [InlineData("read_bytes_per_second", 40 * Block, true)]
    [InlineData("write_bytes_per_second", 40 * Block, false)]
    public async Task Requests_BeyondALimit_TakeTheTimeItSays_OverBothFronts(string limit, long rate, bool isRead)
    {
        const int count = 20;
        using var disk = await NvmeDisk.OpenAsync(target);
        using var nbd = await OpenNbdAsync(disk.Volume);
        await SetAsync(disk.Volume, new JsonObject { [limit] = rate });
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < count / 2; i++)
        {
            if (isRead)
            {
                Assert.Equal(Block, disk.Io.Read(0, Blocks).Length);
                Read(nbd);
            }
            else
            {
                Assert.Equal(StatusCode.Success, disk.Io.Write(0, new byte[Block]));
                Write(nbd);
            }
        }
        // All but the burst and the one that may go into debt.
        var least = TimeSpan.FromSeconds(((count - 1) / 40.0) - Burst);
        Assert.True(Stopwatch.GetElapsedTime(start) >= least, $"{count} took {Stopwatch.GetElapsedTime(start)}, not {least}");
    }

    [Fact]
    public async Task Writes_BesideALimitOfReads_DoNotWait()
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        await SetAsync(disk.Volume, new JsonObject { ["read_iops"] = 1 });
        // The first goes into debt, the second waits.
        disk.Io.Read(0, Blocks);
        var read = disk.Io.Io(Opcode.Read, 0, Blocks, Block);
        disk.Io.SendCapsule(read, []);
        var write = disk.Io.Io(Opcode.Write, 0, 1, 512);
        Assert.Equal(StatusCode.Success, disk.Io.Execute(write, new byte[512]).Status);
        Assert.Equal(StatusCode.Success, disk.Io.Execute(disk.Io.Entry(Opcode.Flush, 1)).Status);
        await SetAsync(disk.Volume, []);
        Assert.Equal(PduType.ControllerToHostData, disk.Io.ReceivePdu().Header.Type);
    }

    [Fact]
    public async Task Limits_ThatAreLifted_LetGoWhatWaits()
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        using var nbd = await OpenNbdAsync(disk.Volume);
        // A debt of a quarter of an hour.
        await SetAsync(disk.Volume, new JsonObject { ["bytes_per_second"] = 4 });
        disk.Io.Read(0, Blocks);
        disk.Io.SendCapsule(disk.Io.Io(Opcode.Read, 0, Blocks, Block), []);
        nbd.Request(NbdCommand.Read, 0, Block);
        await SetAsync(disk.Volume, []);
        Assert.Equal(PduType.ControllerToHostData, disk.Io.ReceivePdu().Header.Type);
        Assert.Equal(NbdError.None, nbd.SimpleReply());
    }

    [Fact]
    public async Task Export_WhoseRequestsWait_IsDeletedAllTheSame()
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        var url = await management.ExportAsync(disk.Volume);
        using var nbd = await RawNbdClient.OpenAsync(IPEndPoint.Parse(new Uri(url).Authority), url, structured: false);
        await SetAsync(disk.Volume, new JsonObject { ["bytes_per_second"] = 4 });
        disk.Io.Read(0, Blocks);
        for (var i = 0; i < 40; i++)
        {
            disk.Io.SendCapsule(disk.Io.Io(Opcode.Read, 0, Blocks, Block), []);
            nbd.Request(NbdCommand.Write, 0, Block, data: new byte[Block]);
        }
        await management.DeleteAsync("exports/" + disk.Export).WaitAsync(Patience);
        await management.EndExportAsync(url).WaitAsync(Patience);
        await management.DeleteAsync($"volumes/{disk.Volume}");
    }

    [Fact]
    public async Task Write_ThatWaitsForItsTurnWhileItsHostIsPreempted_ChangesNothing()
    {
        var (volume, subnqn) = await NvmeDisk.ExportAsync(target);
        using var a = await NvmeDisk.OpenAsync(target.Nvme, volume, subnqn);
        using var b = await NvmeDisk.OpenAsync(target.Nvme, volume, subnqn, Guid.Parse("00000000-0000-0000-0000-000000000002"));
        Assert.Equal(StatusCode.Success, a.Register(0, 0xa));
        Assert.Equal(StatusCode.Success, b.Register(0, 0xb));
        Assert.Equal(StatusCode.Success, a.Acquire(0, 1, 0xa));
        await SetAsync(volume, new JsonObject { ["write_bytes_per_second"] = 4 });
        Assert.Equal(StatusCode.Success, a.Io.Write(0, new byte[Block]));
        var write = a.Io.Io(Opcode.Write, 0, Blocks, Block);
        var tag = a.Io.Begin(write);
        a.Io.SendData(BitConverter.ToUInt16(write, 2), tag, 0, [.. Enumerable.Repeat((byte)7, Block)], isLast: true);
        Assert.Equal(StatusCode.Success, b.Acquire(1, 1, 0xb, 0xa));
        await SetAsync(volume, []);
        Assert.Equal(StatusCode.ReservationConflict, a.Io.ReceiveStatus(write));
        Assert.All(b.Io.Read(0, Blocks), value => Assert.Equal(0, value));
    }

    [Fact]
    public async Task Hole_OfALimitedVolume_IsNotReadPastTheLimit()
    {
        const int count = 8;
        var volume = await management.CreateVolumeAsync(NvmeDisk.Size);
        await SetAsync(volume, new JsonObject { ["iops"] = 20 });
        var url = await management.ExportAsync(volume);
        using var nbd = await RawNbdClient.OpenAsync(IPEndPoint.Parse(new Uri(url).Authority), url, structured: true);
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            nbd.Request(NbdCommand.Read, 0, Block);
            Assert.Equal(Block, nbd.Chunk().Data.AsSpan(sizeof(ulong)).Length);
        }
        Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromSeconds(((count - 1) / 20.0) - Burst));
    }

    [Fact]
    public async Task Limits_OfAnExport_AreTheVolumesAndOutliveTheTarget()
    {
        using var directory = new TempDirectory();
        Guid volume;
        using (var first = await TargetProcess.StartAsync(directory.File("pool")))
        {
            volume = await first.Management.CreateVolumeAsync(NvmeDisk.Size);
            var export = new JsonObject
            {
                ["id"] = "limited", ["volume_id"] = volume, ["clients"] = new JsonArray("127.0.0.1"), ["limits"] = new JsonObject { ["iops"] = 7 },
            };
            await first.Management.PostAsync("exports", export);
            await first.Management.PostAsync("exports", export, HttpStatusCode.OK);
            export["limits"]!["iops"] = 8;
            await first.Management.PostAsync("exports", export, HttpStatusCode.Conflict);
            await first.KillAsync();
        }
        using var second = await TargetProcess.StartAsync(directory.File("pool"));
        var limits = (await second.Management.GetAsync($"volumes/{volume}")).GetProperty("limits");
        Assert.Equal(7, limits.GetProperty("iops").GetInt64());
        Assert.Equal(JsonValueKind.Null, limits.GetProperty("read_iops").ValueKind);
    }

    [Theory]
    [InlineData("""{"iops":0}""")]
    [InlineData("""{"read_bytes_per_second":-1}""")]
    [InlineData("""{"iops":"7"}""")]
    [InlineData("""{"speed":7}""")]
    public async Task Limits_ThatCannotBe_AreRefused(string limits)
    {
        var volume = await management.CreateVolumeAsync(NvmeDisk.Size);
        using var response = await management.Http.PutAsync($"volumes/{volume}/limits", new StringContent(limits, Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        using var nowhere = await management.Http.PutAsync($"volumes/{Guid.NewGuid()}/limits", new StringContent("{}", Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.NotFound, nowhere.StatusCode);
    }

    private async Task SetAsync(Guid volume, JsonObject limits)
    {
        using var response = await management.Http.PutAsync(
            $"volumes/{volume}/limits", new StringContent(limits.ToJsonString(), Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private async Task<RawNbdClient> OpenNbdAsync(Guid volume)
    {
        var url = await management.ExportAsync(volume);
        return await RawNbdClient.OpenAsync(IPEndPoint.Parse(new Uri(url).Authority), url, structured: false);
    }

    private static void Read(RawNbdClient client)
    {
        client.Request(NbdCommand.Read, 0, Block);
        Assert.Equal(NbdError.None, client.SimpleReply());
        client.Receive(Block);
    }

    private static void Write(RawNbdClient client)
    {
        client.Request(NbdCommand.Write, 0, Block, data: new byte[Block]);
        Assert.Equal(NbdError.None, client.SimpleReply());
    }
}
