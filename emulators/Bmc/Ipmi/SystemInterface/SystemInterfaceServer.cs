using System.IO.Pipelines;
using System.Net.Sockets;
using Lab.Emulators.Bmc.Ipmi.Commands;
using Lab.Emulators.Sockets;
using Lab.Protocols.Ipmi;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Bmc.Ipmi.SystemInterface;

/// <summary>The system interface on a Unix socket, as QEMU's ipmi-bmc-extern and the DPU's agent connect to it.</summary>
public sealed partial class SystemInterfaceServer(string socketPath, IIpmiCommands commands, ILogger<SystemInterfaceServer> log)
{
    public async Task RunAsync(CancellationToken token)
    {
        using var listener = UnixListener.Open(socketPath, UnixFileMode.UserRead | UnixFileMode.UserWrite, log);
        LogListening(socketPath);
        await listener.RunAsync(ServeAsync, token);
    }

    private async Task ServeAsync(Socket socket, CancellationToken token)
    {
        await using var stream = new NetworkStream(socket);
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
                if (await commands.AnswerAsync(call, token) is not { } response)
                    break;
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
