using System.Net.Sockets;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.DataPath;
using Lab.Emulators.Dpu.DataPath.Devices;
using Lab.Emulators.Dpu.DataPath.Vhost;
using Lab.Protocols.VhostUser;

namespace Lab.Emulators.Dpu.Tests.DataPath.Vhost;

/// <summary>Exports from the hypervisor's side: message by message over their sockets.</summary>
public sealed class VhostServerTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly string directory = Directory.CreateTempSubdirectory("vhost-").FullName;
    private readonly ReactorGroup reactors = new(1, new TestLog());
    private readonly ResizableDevice device = new();

    private string Socket => Path.Combine(directory, "disk.sock");

    public async ValueTask DisposeAsync()
    {
        await reactors.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Queues_AllOfThem_AreServed()
    {
        await using var disk = new MallocDevice(Path.Combine(directory, "disk"), 512, 1 << 20);
        await using var exported = Export(disk, queues: 4);
        using var host = new FrontEnd(Socket);
        host.Start();
        Assert.Equal(4, host.Queues);
        Assert.Equal(1UL << 20, host.ReadSize());
        for (var queue = 0u; queue < 4; queue++)
            Assert.Equal(VirtioBlkStatus.Ok, (await host.DoAsync(queue, VirtioBlkType.Out, queue, (byte)(queue + 1))).Status);
        for (var queue = 0u; queue < 4; queue++)
            Assert.Equal((VirtioBlkStatus.Ok, (byte)(4 - queue)), await host.DoAsync(queue, VirtioBlkType.In, 3 - queue));
    }

    [Fact]
    public async Task Ring_StoppedWithARequestUnderWay_AnswersWhenItIsDone()
    {
        await using var exported = Export(device);
        using var host = new FrontEnd(Socket);
        host.Start();
        device.IsHolding = true;
        host.Offer(0, VirtioBlkType.In, 0);
        await Eventually.TrueAsync("the request is under way", () => device.Held == 1);
        var stopping = Task.Run(() => (Base: host.StopRing(0), Done: host.UsedIndex(0)));
        await device.Reactor!.RunAsync(() => { });
        Assert.False(stopping.IsCompleted);
        await device.ReleaseAsync();
        Assert.Equal((1u, (ushort)1), await stopping.WaitAsync(Limit, TimeProvider.System));
    }

    [Fact]
    public async Task Ring_AfterAResetOfTheGuest_BeginsAnew()
    {
        await using var exported = Export(device);
        using var host = new FrontEnd(Socket);
        host.Start();
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal((VirtioBlkStatus.Ok, ResizableDevice.Value), await host.DoAsync(0, VirtioBlkType.In, 0));
            Assert.Equal(1, host.UsedIndex(0));
            host.RestartRing(0);
        }
    }

    [Fact]
    public async Task Resize_IsToldAndInTheConfiguration()
    {
        await using var exported = Export(device);
        using var host = new FrontEnd(Socket);
        var path = Path.Combine(directory, "back");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        using var theirs = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        theirs.Connect(new UnixDomainSocketEndPoint(path));
        using var mine = listener.Accept();
        mine.ReceiveTimeout = (int)Limit.TotalMilliseconds;
        host.Start(theirs.SafeHandle);
        // Answered behind the messages before it.
        Assert.Equal(1UL << 20, host.ReadSize());
        device.Resize(1 << 21);
        Assert.Equal(new VhostUserHeader((uint)VhostUserBackendRequest.ConfigChange, VhostUserHeader.Version, 0), new VhostSocket(mine).Receive()!.Header);
        Assert.Equal(1UL << 21, host.ReadSize());
    }

    /// <summary>Every request of the protocol and some that are none, with anything in it: it costs a front end its connection at most.</summary>
    [Fact]
    public async Task Messages_OfAnything_LeaveTheExportToTheNextFrontEnd()
    {
        await using var exported = Export(device, queues: 2);
        var random = new Random(2049);
        for (var round = 0; round < 200; round++)
        {
            using var hostile = new FrontEnd(Socket);
            if (round % 2 == 0)
                hostile.Start();
            SendAnything(hostile, random);
        }
        using var host = new FrontEnd(Socket);
        host.Start();
        Assert.Equal((VirtioBlkStatus.Ok, ResizableDevice.Value), await host.DoAsync(1, VirtioBlkType.In, 7));
    }

    [Fact]
    public async Task Export_Ended_LetsGoOfItsFrontEndAndItsSocket()
    {
        var exported = Export(device);
        using var host = new FrontEnd(Socket);
        host.Start();
        await host.DoAsync(0, VirtioBlkType.In, 0);
        await exported.DisposeAsync().AsTask().WaitAsync(Limit, TimeProvider.System);
        Assert.False(File.Exists(Socket));
        Assert.ThrowsAny<Exception>(() => host.ReadSize());
    }

    private IAsyncDisposable Export(IBlockDevice what, uint queues = 1) =>
        new VhostServer(directory, reactors, new TestLog()).Export(what, new BlkExport("disk.sock", "bdev", false, queues, 512, "serial-1"));

    private static void SendAnything(FrontEnd hostile, Random random)
    {
        using var file = MemFd.Create(random.Next(1, 1 << 16), allowsSeals: true);
        try
        {
            for (var i = 0; i < 30; i++)
            {
                var payload = new byte[random.Next(0, 80)];
                random.NextBytes(payload);
                // Small numbers pass the first checks.
                for (var at = 0; at + 8 <= payload.Length && random.Next(4) != 0; at += 8)
                    payload.AsSpan(at + random.Next(1, 4), 4).Clear();
                hostile.Tell((VhostUserRequest)random.Next(0, 42), payload, random.Next(3) == 0 ? file : null);
            }
        }
        catch (SocketException)
        {
            // It was shown the door.
        }
    }
}
