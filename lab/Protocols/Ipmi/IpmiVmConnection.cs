using System.IO.Pipelines;

namespace Lab.Protocols.Ipmi;

/// <summary>
/// The requester's end of a system interface that speaks <see cref="IpmiVmProtocol"/>: one request at a time, as a driver asks.
/// What comes unasked (attention, commands to a QEMU) is passed over.
/// </summary>
public sealed class IpmiVmConnection : IAsyncDisposable
{
    private readonly Stream stream;
    private readonly PipeReader reader;
    private byte sequence;

    private IpmiVmConnection(Stream stream)
    {
        this.stream = stream;
        reader = PipeReader.Create(stream);
    }

    /// <summary>Sends the greeting, which has no answer. The connection owns the stream.</summary>
    public static async Task<IpmiVmConnection> OpenAsync(Stream stream, CancellationToken token)
    {
        await stream.WriteAsync(
            IpmiVmProtocol.Write(new IpmiVmCommand(IpmiVmCommands.Version, (byte[])[IpmiVmCommands.ProtocolVersion])), token);
        return new IpmiVmConnection(stream);
    }

    /// <exception cref="IOException">The BMC closed.</exception>
    /// <exception cref="InvalidDataException">It does not speak this.</exception>
    public async Task<IpmiResponse> AskAsync(IpmiRequest request, CancellationToken token)
    {
        sequence++;
        await stream.WriteAsync(
            IpmiVmProtocol.Write(new IpmiVmMessage(sequence, request.NetFn, request.Lun, request.Command, request.Data)), token);
        while (true)
        {
            var read = await reader.ReadAsync(token);
            var buffer = read.Buffer;
            while (IpmiVmProtocol.TryRead(ref buffer, out var frame))
                if (frame is IpmiVmMessage { IsRequest: false } answer && answer.Sequence == sequence && answer.Command == request.Command)
                {
                    reader.AdvanceTo(buffer.Start);
                    return answer.ToResponse();
                }
            reader.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
                throw new IOException("the BMC closed the system interface");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await reader.CompleteAsync();
        await stream.DisposeAsync();
    }
}
