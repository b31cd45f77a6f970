using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Lab.Emulators.Dpu.Linux;
using Lab.Protocols.JsonRpc;
using Lab.Protocols.Qmp;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Dpu.Backend.Qsd;

/// <summary>
/// The qemu-storage-daemon process: a session of its own (--daemonize), so that it outlives the firmware, found again by its pid file
/// and QMP socket.
/// </summary>
internal sealed partial class QsdProcess(QsdOptions options, TimeProvider time, ILogger logger)
{
    private const int SigKill = 9;

    private static readonly TimeSpan GreetingTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    /// <summary>Connects to the running daemon; starts one if none runs, and replaces one that does not answer.</summary>
    /// <exception cref="IOException">The daemon cannot be started.</exception>
    public async Task<QmpConnection> ConnectAsync(CancellationToken token)
    {
        if (FindRunning() is { } running)
        {
            try
            {
                var connection = await OpenAsync(token);
                LogAdopted(running, connection.Version);
                return connection;
            }
            catch (Exception e) when (e is IOException or InvalidDataException or TimeoutException or SocketException)
            {
                LogUnresponsive(running, e.Message);
                await KillAsync(running, token);
            }
        }
        await StartAsync(token);
        var started = await OpenAsync(token);
        LogStarted(FindRunning(), started.Version);
        return started;
    }

    private async Task<QmpConnection> OpenAsync(CancellationToken token)
    {
        using var limit = new CancellationTokenSource(GreetingTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, token);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var channel = default(StreamJsonRpcChannel);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(options.QmpSocket), either.Token);
            channel = new StreamJsonRpcChannel(new NetworkStream(socket, ownsSocket: true));
            return await QmpConnection.OpenAsync(channel, _ => { }, either.Token);
        }
        catch (Exception e)
        {
            if (channel is not null)
                await channel.DisposeAsync();
            socket.Dispose();
            if (e is OperationCanceledException && !token.IsCancellationRequested)
                throw new TimeoutException($"no QMP greeting within {GreetingTimeout.TotalSeconds} s", e);
            throw;
        }
    }

    private async Task StartAsync(CancellationToken token)
    {
        Directory.CreateDirectory(options.StateDirectory);
        Directory.CreateDirectory(options.VhostDirectory);
        File.Delete(options.PidFile);
        string[] arguments =
        [
            "--daemonize",
            "--pidfile", options.PidFile,
            "--chardev", $"socket,id=qmp,path={Escape(options.QmpSocket)},server=on,wait=off",
            "--monitor", "chardev=qmp",
        ];
        using var limit = new CancellationTokenSource(StartTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, token);
        try
        {
            using var parent = Process.Start(new ProcessStartInfo(options.Program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            }) ?? throw new IOException($"{options.Program} does not start");
            // The parent exits once the daemon serves its socket.
            await parent.WaitForExitAsync(either.Token);
            if (parent.ExitCode != 0)
                throw new IOException($"{options.Program}: {(await parent.StandardError.ReadToEndAsync(either.Token)).Trim()}");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new IOException($"{options.Program}: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!token.IsCancellationRequested)
        {
            throw new IOException($"{options.Program} did not start within {StartTimeout.TotalSeconds} s", e);
        }
    }

    /// <returns>The daemon's process id, or null: a pid file alone may name another process by now.</returns>
    private int? FindRunning()
    {
        try
        {
            if (!int.TryParse(File.ReadAllText(options.PidFile), NumberStyles.Integer, CultureInfo.InvariantCulture, out var id))
                return null;
            return File.ReadAllText($"/proc/{id}/cmdline").Contains(options.PidFile, StringComparison.Ordinal) ? id : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private async Task KillAsync(int id, CancellationToken token)
    {
        if (FindRunning() == id)
            _ = Libc.Kill(id, SigKill);
        while (FindRunning() == id)
            await Task.Delay(Poll, time, token);
    }

    /// <summary>A comma separates options; a doubled one stands for itself.</summary>
    private static string Escape(string value) => value.Replace(",", ",,", StringComparison.Ordinal);

    [LoggerMessage(LogLevel.Information, "took over qemu-storage-daemon {Version}, pid {Id}")]
    private partial void LogAdopted(int id, string version);

    [LoggerMessage(LogLevel.Information, "started qemu-storage-daemon {Version}, pid {Id}")]
    private partial void LogStarted(int? id, string version);

    [LoggerMessage(LogLevel.Warning, "qemu-storage-daemon, pid {Id}, does not answer and is replaced: {Reason}")]
    private partial void LogUnresponsive(int id, string reason);
}
