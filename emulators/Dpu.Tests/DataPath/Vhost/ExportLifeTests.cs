using System.Buffers.Binary;
using System.Net.Sockets;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.DataPath;
using Lab.Emulators.Dpu.DataPath.Vhost;
using Lab.Protocols.VhostUser;

namespace Lab.Emulators.Dpu.Tests.DataPath.Vhost;

/// <summary>What happens to an export while a host has it: its guest is reset, its volume grows, it is taken away.</summary>
public sealed class ExportLifeTests : IAsyncDisposable
{
    private const int Block = 512;
    private const int ConfigHeaderBytes = 12;
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
    public async Task Ring_StoppedWithARequestUnderWay_AnswersWhenItIsDone()
    {
        await using var exported = Export();
        using var host = new FrontEnd(Socket);
        host.Start();
        device.IsHolding = true;
        var request = host.DoAsync(VirtioBlkType.In, 0, Block);
        await Eventually.TrueAsync("the request is under way", () => device.Held == 1);
        var stopping = Task.Run(() => (Base: host.Stop(), Done: host.Ring.UsedIndex));
        // Queues stop on their reactor; one that did not wait would have answered before long.
        await Assert.ThrowsAsync<TimeoutException>(() => stopping.WaitAsync(TimeSpan.FromMilliseconds(200), TimeProvider.System));
        await device.ReleaseAsync();
        Assert.Equal((1u, (ushort)1), await stopping.WaitAsync(Limit, TimeProvider.System));
        Assert.Equal(VirtioBlkStatus.Ok, await request);
    }

    [Fact]
    public async Task Ring_StoppedAndStartedOnTheSameConnection_GoesOn()
    {
        await using var exported = Export();
        using var host = new FrontEnd(Socket);
        for (var round = 1u; round <= 3; round++)
        {
            host.Start();
            Assert.Equal(VirtioBlkStatus.Ok, await host.DoAsync(VirtioBlkType.In, 0, Block));
            Assert.Equal(ResizableDevice.Value, host.Bytes(FrontEnd.Data, Block)[Block - 1]);
            Assert.Equal(round, host.Stop());
            host.Bytes(FrontEnd.Data, Block).Clear();
        }
    }

    [Fact]
    public async Task Resize_IsToldAndInTheConfiguration()
    {
        await using var exported = Export();
        using var host = new FrontEnd(Socket);
        host.Start();
        var path = Path.Combine(directory, "back");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        using var theirs = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        theirs.Connect(new UnixDomainSocketEndPoint(path));
        using var mine = listener.Accept();
        mine.ReceiveTimeout = (int)Limit.TotalMilliseconds;
        host.Tell(VhostUserRequest.SetBackendRequestFd, [], theirs.SafeHandle);
        // Its answer says that the message before it was taken.
        Assert.Equal(1UL << 20, ReadSize(host));
        device.Resize(1 << 21);
        var told = new VhostSocket(mine).Receive()!;
        Assert.Equal(new VhostUserHeader((uint)VhostUserBackendRequest.ConfigChange, VhostUserHeader.Version, 0), told.Header);
        Assert.Equal(1UL << 21, ReadSize(host));
    }

    [Fact]
    public async Task Export_Ended_LetsGoOfItsHostAndItsSocket()
    {
        var exported = Export();
        using var host = new FrontEnd(Socket);
        host.Start();
        Assert.Equal(VirtioBlkStatus.Ok, await host.DoAsync(VirtioBlkType.In, 0, Block));
        await exported.DisposeAsync().AsTask().WaitAsync(Limit, TimeProvider.System);
        Assert.False(File.Exists(Socket));
        var left = Record.Exception(() => host.AskNumber(VhostUserRequest.GetFeatures, []));
        Assert.True(left is SocketException or IOException, $"{left}");
    }

    private IAsyncDisposable Export() =>
        new VhostServer(directory, reactors, new TestLog()).Export(device, new BlkExport("disk.sock", "bdev", false, 1, 512, "serial-1"));

    private static ulong ReadSize(FrontEnd host)
    {
        var payload = new byte[ConfigHeaderBytes + VirtioBlkConfig.Bytes];
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(4), VirtioBlkConfig.Bytes);
        var config = host.Ask(VhostUserRequest.GetConfig, payload).Payload.AsSpan(ConfigHeaderBytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(config) * VirtioBlkConfig.SectorBytes;
    }
}
