using System.Net.Sockets;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.DataPath;
using Lab.Emulators.Dpu.DataPath.Devices;
using Lab.Emulators.Dpu.DataPath.Vhost;
using Lab.Emulators.Dpu.Linux;
using Lab.Protocols.VhostUser;

namespace Lab.Emulators.Dpu.Tests.DataPath.Vhost;

/// <summary>An export from the front end's side of its socket.</summary>
public sealed class VhostServerTests : IAsyncDisposable
{
    private const int Block = 4096;
    private readonly string directory = Directory.CreateTempSubdirectory("vhost-").FullName;
    private readonly ReactorGroup reactors = new(1, new TestLog());
    private readonly MallocDevice device;
    private readonly VhostServer server;

    public VhostServerTests()
    {
        device = new MallocDevice(Path.Combine(directory, "disk"), 512, 1 << 20);
        server = new VhostServer(directory, reactors, new TestLog());
    }

    public async ValueTask DisposeAsync()
    {
        await reactors.DisposeAsync();
        await device.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task FrontEnd_ThatVanishes_IsFollowedByTheNext()
    {
        await using var export = Export();
        using (var first = new FrontEnd(Socket))
        {
            first.Start();
            first.Bytes(FrontEnd.Data, Block).Fill(0x5a);
            Assert.Equal(VirtioBlkStatus.Ok, await first.DoAsync(VirtioBlkType.Out, 8, Block));
        }
        using var second = new FrontEnd(Socket);
        second.Start();
        Assert.Equal(VirtioBlkStatus.Ok, await second.DoAsync(VirtioBlkType.In, 8, Block));
        Assert.Equal(-1, second.Bytes(FrontEnd.Data, Block).IndexOfAnyExcept((byte)0x5a));
        await Eventually.TrueAsync("the driver is called", () => EventFd.Clear(second.Call));
        Assert.Equal(1u, second.Stop());
    }

    [Fact]
    public async Task Call_ThatAKilledLifeOwed_IsMade()
    {
        await using var export = Export();
        using var host = new FrontEnd(Socket);
        host.Start();
        Assert.True(EventFd.Clear(host.Call));
        Assert.False(EventFd.Clear(host.Call));
    }

    [Fact]
    public async Task Kick_ReplacedWhileTheRingRuns_IsWaitedFor()
    {
        await using var export = Export();
        using var host = new FrontEnd(Socket);
        host.Start();
        host.ReplaceKick();
        Assert.Equal(VirtioBlkStatus.Ok, await host.DoAsync(VirtioBlkType.In, 0, Block));
        Assert.Equal(1u, host.Stop());
    }

    [Fact]
    public async Task FrontEnd_WithFewerQueuesThanTheExport_IsServed()
    {
        await using var export = Export(queues: 4);
        using var host = new FrontEnd(Socket);
        host.Start(queues: 1);
        Assert.Equal(VirtioBlkStatus.Ok, await host.DoAsync(VirtioBlkType.In, 0, Block));
    }

    [Theory]
    [InlineData(ulong.MaxValue - 0xfff, 0x1200UL)]
    [InlineData(0x1000UL, 0UL)]
    [InlineData(64UL, 0UL)]
    public async Task MemoryOfRequestsUnderWay_ThatCannotBe_EndsTheFrontEndAlone(ulong size, ulong offset)
    {
        await using var export = Export();
        using (var hostile = new FrontEnd(Socket))
        {
            var description = new byte[InflightDescription.Bytes];
            new InflightDescription(size, offset, 1, 128).Write(description);
            using var file = SharedMemory.Create("short", 1024);
            hostile.Tell(VhostUserRequest.SetInflightFd, description, file);
            var left = Record.Exception(() => hostile.AskNumber(VhostUserRequest.GetFeatures, []));
            Assert.True(left is SocketException or IOException, $"{left}");
        }
        await AssertServedAsync();
    }

    [Fact]
    public async Task Messages_OfAnything_EndTheirFrontEndAlone()
    {
        await using var export = Export();
        var random = new Random(20);
        for (var round = 0; round < 500; round++)
        {
            using var hostile = new FrontEnd(Socket);
            try
            {
                if (random.Next(2) == 0)
                    hostile.Start();
                for (var i = 0; i < 20; i++)
                    Say(hostile, random);
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                // It was shown the door.
            }
        }
        await AssertServedAsync();
    }

    private string Socket => Path.Combine(directory, "test.sock");

    private IAsyncDisposable Export(uint queues = 1) => server.Export(device, new BlkExport("test.sock", "bdev", false, queues, 512, "serial-1"));

    private async Task AssertServedAsync()
    {
        using var host = new FrontEnd(Socket);
        host.Start();
        Assert.Equal(VirtioBlkStatus.Ok, await host.DoAsync(VirtioBlkType.In, 0, Block));
    }

    /// <summary>A message that is almost right: of a known type, mostly with the right length, sometimes with a descriptor.</summary>
    private static void Say(FrontEnd host, Random random)
    {
        var payload = new byte[random.Next(4) == 0 ? random.Next(64) : new[] { 8, 8, 40, 24 }[random.Next(4)]];
        random.NextBytes(payload);
        if (random.Next(2) == 0)
            payload.AsSpan(0, Math.Min(payload.Length, 7)).Clear();
        if (random.Next(20) == 0)
            host.SendRaw(payload);
        else
            host.Tell((VhostUserRequest)random.Next(40), payload, random.Next(2) == 0 ? random.Next(2) == 0 ? host.MemoryFile : host.Kick : null);
    }
}
