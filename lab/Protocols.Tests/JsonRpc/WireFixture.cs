using System.IO.Pipelines;
using System.Text;
using System.Text.Json.Nodes;
using Lab.Protocols.JsonRpc;

namespace Lab.Protocols.Tests.JsonRpc;

/// <summary>A peer that answers a few methods, and the raw bytes of the other side.</summary>
internal sealed class WireFixture : IAsyncDisposable
{
    private readonly Pipe toPeer = new();
    private readonly Pipe fromPeer = new();
    private readonly CancellationTokenSource stop = new(TimeSpan.FromSeconds(20));
    private readonly JsonRpcPeer peer;

    public WireFixture()
    {
        var methods = new JsonRpcMethods()
            .Add("version", (_, _) => Task.FromResult<JsonNode?>("v1"))
            .Add("echo", (parameters, _) => Task.FromResult(JsonNode.Parse(parameters.GetRawText())))
            .Add("fail", (_, _) => throw new JsonRpcException(-19, "No such device"))
            .Add("bug", (_, _) => throw new NotSupportedException("no"));
        peer = new JsonRpcPeer(new StreamJsonRpcChannel(new Duplex(toPeer.Reader.AsStream(), fromPeer.Writer.AsStream())), methods);
        Running = peer.RunAsync(stop.Token);
    }

    public Task Running { get; }

    public async Task SendAsync(string text) => await toPeer.Writer.WriteAsync(Encoding.Latin1.GetBytes(text), stop.Token);

    public ValueTask CloseAsync() => toPeer.Writer.CompleteAsync();

    /// <returns>The next line that the peer sent, without its newline.</returns>
    public async Task<string> ReadLineAsync()
    {
        while (true)
        {
            var read = await fromPeer.Reader.ReadAsync(stop.Token);
            var text = Encoding.UTF8.GetString(read.Buffer);
            var end = text.IndexOf('\n', StringComparison.Ordinal);
            if (end >= 0)
            {
                fromPeer.Reader.AdvanceTo(read.Buffer.GetPosition(Encoding.UTF8.GetByteCount(text[..(end + 1)])));
                return text[..end];
            }
            fromPeer.Reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Running.ContinueWith(_ => { }, TaskScheduler.Default);
        await peer.DisposeAsync();
        stop.Dispose();
    }

    private sealed class Duplex(Stream input, Stream output) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            input.ReadAsync(buffer, cancellationToken);
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            output.WriteAsync(buffer, cancellationToken);
        public override Task FlushAsync(CancellationToken cancellationToken) => output.FlushAsync(cancellationToken);
        public override void Flush() => output.Flush();
        public override int Read(byte[] buffer, int offset, int count) => input.Read(buffer, offset, count);
        public override void Write(byte[] buffer, int offset, int count) => output.Write(buffer, offset, count);
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
