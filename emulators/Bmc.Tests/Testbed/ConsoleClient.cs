using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;

namespace Lab.Emulators.Bmc.Tests.Testbed;

/// <summary>A WebSocket on the serial console, found through SerialConsole.WebSocket.ConsoleURI.</summary>
public sealed class ConsoleClient : IAsyncDisposable
{
    private readonly ClientWebSocket socket;
    private readonly Task reading;
    private readonly StringBuilder text = new();
    private readonly CancellationTokenSource stop = new();
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string name = Guid.NewGuid().ToString("N")[..6];
    private int commands;

    private ConsoleClient(ClientWebSocket socket, long offset)
    {
        (this.socket, FirstOffset) = (socket, offset);
        reading = ReadAsync(stop.Token);
    }

    /// <summary>Offset of the first byte of <see cref="Text"/>.</summary>
    public long FirstOffset { get; }

    public WebSocketCloseStatus? CloseStatus => socket.CloseStatus;

    public string Text
    {
        get
        {
            lock (text)
                return text.ToString();
        }
    }

    public static async Task<ConsoleClient> ConnectAsync(BmcTestbed bed, long? since, CancellationToken token)
    {
        var system = await bed.GetAsync("/redfish/v1/Systems/1");
        var path = system["SerialConsole"]!["WebSocket"]!["ConsoleURI"]!.GetValue<string>();
        var socket = new ClientWebSocket();
        socket.Options.RemoteCertificateValidationCallback = (_, certificate, _, _) => bed.IsBmc(certificate);
        socket.Options.SetRequestHeader("Authorization", BmcTestbed.Basic(BmcTestbed.UserName, BmcTestbed.Password).ToString());
        socket.Options.CollectHttpResponseDetails = true;
        var address = new UriBuilder(new Uri(bed.Address, path)) { Scheme = "wss" };
        if (since is not null)
            address.Query = $"since={since}";
        await socket.ConnectAsync(address.Uri, token);
        var offset = socket.HttpResponseHeaders!.First(header => header.Key.Equals("X-Console-Offset", StringComparison.OrdinalIgnoreCase)).Value.Single();
        return new ConsoleClient(socket, long.Parse(offset, CultureInfo.InvariantCulture));
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
    public async Task<string> ShellAsync(string command, CancellationToken token)
    {
        var n = $"{name}-{++commands}";
        await SendAsync($"echo begin-'{n}'; {command}; echo end-'{n}'\n", token);
        var seen = await WaitForAsync($"end-{n}", TimeSpan.FromSeconds(20), token);
        var from = seen.LastIndexOf($"begin-{n}", StringComparison.Ordinal) + $"begin-{n}".Length;
        return seen[from..seen.LastIndexOf($"end-{n}", StringComparison.Ordinal)].Replace("\r", "", StringComparison.Ordinal).Trim();
    }

    /// <summary>Types until the guest's shell answers.</summary>
    public Task GuestHearsAsync(TimeSpan limit, CancellationToken token) => Host.Tests.Testbed.Eventually.HoldsAsync("the guest hears", limit, async () =>
    {
        await SendAsync($"echo hears-'{name}'\n", token);
        return Text.Contains($"hears-{name}", StringComparison.Ordinal);
    }, token);

    public Task SendAsync(string line, CancellationToken token) =>
        socket.SendAsync(Encoding.ASCII.GetBytes(line), WebSocketMessageType.Binary, endOfMessage: true, token);

    /// <summary>Waits until the BMC ends the connection.</summary>
    public Task EndedAsync(TimeSpan limit) => reading.WaitAsync(limit);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await reading;
        socket.Dispose();
        stop.Dispose();
    }

    private async Task ReadAsync(CancellationToken token)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(), token);
                if (received.MessageType == WebSocketMessageType.Close)
                    return;
                lock (text)
                    text.Append(Encoding.Latin1.GetString(buffer, 0, received.Count));
                Interlocked.Exchange(ref changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // The test is over, or the BMC was killed.
        }
    }
}
