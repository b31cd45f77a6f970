using System.Net.Sockets;
using Lab.Emulators.Dpu.DataPath.Vhost;
using Lab.Protocols.VhostUser;

namespace Lab.Emulators.Dpu.Tests.DataPath.Vhost;

/// <summary>Descriptors that come with messages: each has one owner, also when its message is none.</summary>
public sealed class VhostSocketTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private static readonly byte[] Payload = new byte[8];
    private readonly string directory = Directory.CreateTempSubdirectory("vhost-").FullName;
    private readonly Socket near;
    private readonly Socket far;
    private readonly Socket kept;
    private readonly Socket given;

    public VhostSocketTests()
    {
        (near, far) = Connect(Path.Combine(directory, "messages"));
        (kept, given) = Connect(Path.Combine(directory, "given"));
    }

    public void Dispose()
    {
        foreach (var socket in new[] { near, far, kept, given })
            socket.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public void Message_WithADescriptor_ComesAsItWasSent()
    {
        using var file = MemFd.Create(1234, allowsSeals: true);
        var header = new VhostUserHeader((uint)VhostUserRequest.SetVringKick, VhostUserHeader.Version, (uint)Payload.Length);
        new VhostSocket(near).Send(header, Payload, file);
        var message = new VhostSocket(far).Receive()!;
        Assert.Equal(header, message.Header);
        Assert.Equal(Payload, message.Payload);
        Assert.Equal(1234, RandomAccess.GetLength(Assert.Single(message.Files)));
        message.CloseFiles();
        Assert.True(message.Files[0].IsClosed);
    }

    [Theory]
    [InlineData(VhostUserHeader.Version + 1, 8u)]
    [InlineData(VhostUserHeader.Version, 4097u)]
    [InlineData(VhostUserHeader.Version, uint.MaxValue)]
    public void Message_ThatIsNone_IsRefusedAndItsDescriptorClosed(uint flags, uint size)
    {
        Give(new VhostUserHeader(1, flags, size));
        Assert.Throws<VhostException>(() => new VhostSocket(far).Receive());
        AssertClosed();
    }

    [Fact]
    public void Message_CutOff_IsTheEndAndItsDescriptorClosed()
    {
        Give(new VhostUserHeader(1, VhostUserHeader.Version, 16));
        near.Shutdown(SocketShutdown.Send);
        Assert.Null(new VhostSocket(far).Receive());
        AssertClosed();
    }

    /// <summary>The socket goes along, and is open on this side no more.</summary>
    private void Give(VhostUserHeader header)
    {
        new VhostSocket(near).Send(header, Payload, given.SafeHandle);
        given.SafeHandle.Dispose();
    }

    /// <summary>A connection ends when the last descriptor of its other end is closed.</summary>
    private void AssertClosed()
    {
        Assert.True(kept.Poll(Limit, SelectMode.SelectRead), "the descriptor is still open");
        Assert.Equal(0, kept.Receive(new byte[1]));
    }

    private static (Socket Near, Socket Far) Connect(string path)
    {
        var near = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        near.Connect(new UnixDomainSocketEndPoint(path));
        return (near, listener.Accept());
    }
}
