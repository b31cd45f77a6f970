using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Lab.Emulators.Host.Tests.Testbed;

/// <summary>Listens where QEMU's serial port connects to; keeps everything it reads and sends lines.</summary>
public sealed class SerialConsole : IAsyncDisposable
{
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource stop = new();
    private readonly StringBuilder text = new();
    private readonly Task loop;
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Socket? current;
    private int commands;

    public SerialConsole(string path)
    {
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(4);
        loop = RunAsync(stop.Token);
    }

    public string Text
    {
        get
        {
            lock (text)
                return text.ToString();
        }
    }

    /// <summary>Forgets what came so far.</summary>
    public void Clear()
    {
        lock (text)
            text.Clear();
    }

    public async Task<string> WaitForAsync(string wanted, TimeSpan limit, CancellationToken token)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            var next = changed.Task;
            var now = Text;
            if (now.Contains(wanted, StringComparison.Ordinal))
                return now;
            var left = limit - Stopwatch.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
                throw new TimeoutException($"the console did not show '{wanted}' within {limit}: {now}");
            await Task.WhenAny(next, Task.Delay(left, TimeProvider.System, token));
            token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Runs one shell command in the guest and returns what it printed.</summary>
    public async Task<string> ShellAsync(string command, TimeSpan limit, CancellationToken token)
    {
        // The marker is put together by the guest, so that an echo of the command is not taken for it.
        var marker = $"end-{++commands}";
        await SendAsync($"echo begin-'{commands}'; {command}; echo end-'{commands}'\n", token);
        var seen = await WaitForAsync(marker, limit, token);
        var from = seen.LastIndexOf($"begin-{commands}", StringComparison.Ordinal) + $"begin-{commands}".Length;
        return seen[from..seen.LastIndexOf(marker, StringComparison.Ordinal)].Replace("\r", "", StringComparison.Ordinal).Trim();
    }

    public async Task SendAsync(string line, CancellationToken token)
    {
        var socket = current ?? throw new InvalidOperationException("QEMU has not connected");
        await socket.SendAsync(Encoding.ASCII.GetBytes(line), token);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await loop;
        stop.Dispose();
    }

    private async Task RunAsync(CancellationToken token)
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                using var socket = await listener.AcceptAsync(token);
                current = socket;
                for (int read; (read = await socket.ReceiveAsync(buffer, token)) > 0;)
                    Append(Encoding.Latin1.GetString(buffer, 0, read));
                current = null;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            current = null;
        }
    }

    private void Append(string more)
    {
        lock (text)
            text.Append(more);
        Interlocked.Exchange(ref changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }
}
