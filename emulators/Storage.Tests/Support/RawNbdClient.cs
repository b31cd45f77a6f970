using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Lab.Protocols.Nbd;

namespace Lab.Emulators.Storage.Tests.Support;

/// <summary>Speaks NBD step by step, for what well-behaved clients never do.</summary>
internal sealed class RawNbdClient : IDisposable
{
    private readonly Socket socket;

    private RawNbdClient(Socket socket) => this.socket = socket;

    /// <summary>For loads that do their own sending.</summary>
    public Socket Socket => socket;

    public static async Task<RawNbdClient> ConnectAsync(IPEndPoint nbd)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000, NoDelay = true };
        await socket.ConnectAsync(nbd);
        var client = new RawNbdClient(socket);
        Assert.True(NbdGreeting.TryRead(client.Receive(NbdGreeting.Size), out var greeting));
        Assert.Equal(NbdServerFlags.FixedNewstyle | NbdServerFlags.NoZeroes, greeting.Flags);
        client.Send([0, 0, 0, 3]);
        return client;
    }

    /// <summary>Negotiates structured replies and base:allocation, and goes on with an export.</summary>
    public static async Task<RawNbdClient> OpenAsync(IPEndPoint nbd, string url, bool structured = true)
    {
        var name = url[(url.LastIndexOf('/') + 1)..];
        var client = await ConnectAsync(nbd);
        if (structured)
        {
            Assert.Equal(NbdOptionReply.Ack, client.Option(NbdOption.StructuredReply, []).Reply);
            var contexts = new NbdMetaContextRequest(name, [NbdProtocol.BaseAllocation]).ToBytes();
            Assert.Equal(NbdOptionReply.MetaContext, client.Option(NbdOption.SetMetaContext, contexts).Reply);
            Assert.Equal(NbdOptionReply.Ack, client.OptionReply().Reply);
        }
        Assert.Equal(NbdOptionReply.Info, client.Option(NbdOption.Go, new NbdExportRequest(name, []).ToBytes()).Reply);
        Assert.Equal(NbdOptionReply.Ack, client.OptionReply().Reply);
        return client;
    }

    public (NbdOptionReply Reply, byte[] Data) Option(NbdOption option, byte[] data)
    {
        var head = new byte[NbdOptionHeader.Size];
        new NbdOptionHeader(option, (uint)data.Length).Write(head);
        Send(head);
        Send(data);
        return OptionReply();
    }

    public (NbdOptionReply Reply, byte[] Data) OptionReply()
    {
        Assert.True(NbdOptionReplyHeader.TryRead(Receive(NbdOptionReplyHeader.Size), out var header));
        return (header.Reply, Receive((int)header.Length));
    }

    public void Request(NbdCommand command, ulong offset, uint length, NbdCommandFlags flags = NbdCommandFlags.None, byte[]? data = null)
    {
        var head = new byte[NbdRequest.Size];
        new NbdRequest(flags, command, 42, offset, length).Write(head);
        Send(head);
        Send(data ?? []);
    }

    public NbdError SimpleReply()
    {
        Assert.True(NbdSimpleReply.TryRead(Receive(NbdSimpleReply.Size), out var reply));
        Assert.Equal(42UL, reply.Cookie);
        return reply.Error;
    }

    public (NbdChunk Chunk, byte[] Data) Chunk()
    {
        Assert.True(NbdChunk.TryRead(Receive(NbdChunk.Size), out var chunk));
        Assert.Equal(42UL, chunk.Cookie);
        return (chunk, Receive((int)chunk.Length));
    }

    /// <summary>A read's answer must be an error chunk; returns its error.</summary>
    public NbdError ErrorChunk()
    {
        var (chunk, data) = Chunk();
        Assert.Equal(NbdChunkType.Error, chunk.Type);
        return (NbdError)BinaryPrimitives.ReadUInt32BigEndian(data);
    }

    public void Send(byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;)
            sent += socket.Send(bytes, sent, bytes.Length - sent, SocketFlags.None);
    }

    public byte[] Receive(int count)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count;)
        {
            var received = socket.Receive(bytes, at, count - at, SocketFlags.None);
            Assert.True(received > 0, "the server hung up");
            at += received;
        }
        return bytes;
    }

    /// <summary>True when the server has hung up, after at most the socket's time limit.</summary>
    public bool IsHungUp()
    {
        try
        {
            return socket.Receive(new byte[1]) == 0;
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            return true;
        }
    }

    public void Dispose() => socket.Dispose();
}
