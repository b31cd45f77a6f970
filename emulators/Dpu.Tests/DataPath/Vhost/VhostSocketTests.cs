using System.IO.Pipes;
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
    private readonly Socket near = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Socket far;

    public VhostSocketTests()
    {
        var place = new UnixDomainSocketEndPoint(Path.Combine(directory, "s"));
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(place);
        listener.Listen();
        near.Connect(place);
        far = listener.Accept();
    }

    public void Dispose()
    {
        near.Dispose();
        far.Dispose();
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
    public async Task Message_ThatIsNone_IsRefusedAndItsDescriptorClosed(uint flags, uint size)
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        SendEndOf(pipe, new VhostUserHeader(1, flags, size));
        Assert.Throws<VhostException>(() => new VhostSocket(far).Receive());
        await AssertClosedAsync(pipe);
    }

    [Fact]
    public async Task Message_CutOff_IsTheEndAndItsDescriptorClosed()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        SendEndOf(pipe, new VhostUserHeader(1, VhostUserHeader.Version, 16));
        near.Shutdown(SocketShutdown.Send);
        Assert.Null(new VhostSocket(far).Receive());
        await AssertClosedAsync(pipe);
    }

    /// <summary>The end that is written to goes along, and is open on this side no more.</summary>
    private void SendEndOf(AnonymousPipeServerStream pipe, VhostUserHeader header)
    {
        new VhostSocket(near).Send(header, Payload, pipe.ClientSafePipeHandle);
        pipe.DisposeLocalCopyOfClientHandle();
    }

    /// <summary>A pipe ends when the last descriptor of its other end is closed.</summary>
    private static async Task AssertClosedAsync(AnonymousPipeServerStream pipe) =>
        Assert.Equal(0, await Task.Run(() => pipe.Read(new byte[1])).WaitAsync(Limit, TimeProvider.System, TestContext.Current.CancellationToken));
}
