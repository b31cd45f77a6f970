using System.IO.Pipelines;
using System.Net.Sockets;
using Lab.Emulators.Bmc.Ipmi.Commands;
using Lab.Protocols.Ipmi;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Bmc.Ipmi.SystemInterface;

/// <summary>The system interface on a Unix socket, as QEMU's ipmi-bmc-extern and the DPU's agent connect to it.</summary>
public sealed partial class SystemInterfaceServer(string socketPath, CommandTable commands, ILogger<SystemInterfaceServer> log)
{
    private const int Backlog = 4;

    public async Task RunAsync(CancellationToken token)
    {
        File.Delete(socketPath);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(socketPath));
        File.SetUnixFileMode(socketPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        listener.Listen(Backlog);
        LogListening(socketPath);
        List<Task> served = [];
        try
        {
            while (true)
            {
                var accepted = await listener.AcceptAsync(token);
                served.RemoveAll(task => task.IsCompleted);
                served.Add(ServeAsync(accepted, token));
            }
        }
        finally
        {
            File.Delete(socketPath);
            await Task.WhenAll(served);
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken token)
    {
        await Task.Yield();
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        var reader = PipeReader.Create(stream);
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(token);
                var buffer = read.Buffer;
                while (IpmiVmProtocol.TryRead(ref buffer, out var frame))
                    await AnswerAsync(frame!, stream, token);
                reader.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted)
                    return;
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or OperationCanceledException)
        {
            LogClosed(e.Message);
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    private async Task AnswerAsync(IpmiVmFrame frame, NetworkStream stream, CancellationToken token)
    {
        switch (frame)
        {
            case IpmiVmMessage { IsRequest: true } message:
                var call = new IpmiCall(message.ToRequest(), IpmiChannel.SystemInterface, null);
                var response = await commands.AnswerAsync(call, token);
                await stream.WriteAsync(IpmiVmProtocol.Write(message.Answer(response)), token);
                call.AfterAnswer?.Invoke();
                break;
            case IpmiVmInvalid invalid:
                LogInvalid(invalid.Reason);
                break;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "system interface listens on {Path}")]
    private partial void LogListening(string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "frame dropped: {Reason}")]
    private partial void LogInvalid(string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "system interface closed: {Reason}")]
    private partial void LogClosed(string reason);
}
