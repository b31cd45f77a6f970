using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Lab.Emulators.Bmc.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Performance;

/// <summary>
/// How fast a system is read, with client and service in one process: run by
/// <c>--explicit only --filter-class '*SystemReadBenchmark'</c>. It prints and asserts nothing.
/// </summary>
public sealed class SystemReadBenchmark
{
    private const int Connections = 32;
    private const int PipelineDepth = 8;
    private const int PacedPerSecond = 5000;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(5);
    private static readonly byte[] HeaderEnd = "\r\n\r\n"u8.ToArray();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Explicit = true)]
    [InlineData("http")]
    [InlineData("https")]
    public async Task System_ReadAsFastAsItGoes_Prints(string scheme)
    {
        await using var bmc = await SimulatedBmc.StartAsync(isPlain: scheme == "http");
        var request = await RequestAsync(bmc);
        await RunAsync(bmc, request, TimeSpan.FromSeconds(2));
        var (count, elapsed) = await RunAsync(bmc, request, Duration);
        TestContext.Current.TestOutputHelper!.WriteLine($"{scheme} GET of a system: {count / elapsed.TotalSeconds:0}/s over {Connections} connections, {Environment.ProcessorCount} cores for client and service");
    }

    [Theory(Explicit = true)]
    [InlineData("http")]
    [InlineData("https")]
    public async Task System_ReadAtAPace_PrintsLatencies(string scheme)
    {
        await using var bmc = await SimulatedBmc.StartAsync(isPlain: scheme == "http");
        var request = await RequestAsync(bmc);
        await RunAsync(bmc, request, TimeSpan.FromSeconds(2));
        var latencies = new List<double>();
        var start = Stopwatch.GetTimestamp();
        // Each connection has its own share of the pace, and a late request counts from when it was due.
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async index =>
        {
            await using var stream = await ConnectAsync(bmc);
            var buffer = new byte[64 * 1024];
            var own = new List<double>();
            for (var i = 0; ; i++)
            {
                var due = TimeSpan.FromSeconds((index + ((double)i * Connections)) / PacedPerSecond);
                if (due > Duration)
                    break;
                var wait = due - Stopwatch.GetElapsedTime(start);
                if (wait > TimeSpan.Zero)
                    await Task.Delay(wait, TimeProvider.System, Token);
                await stream.WriteAsync(request, Token);
                await ReceiveAsync(stream, buffer, 1);
                own.Add((Stopwatch.GetElapsedTime(start) - due).TotalMilliseconds);
            }
            lock (latencies)
                latencies.AddRange(own);
        }));
        latencies.Sort();
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{scheme} GET of a system at {PacedPerSecond}/s: median {latencies[latencies.Count / 2]:0.00} ms, p99 {latencies[latencies.Count * 99 / 100]:0.00} ms of {latencies.Count}");
    }

    private static async Task<(long Count, TimeSpan Elapsed)> RunAsync(SimulatedBmc bmc, byte[] request, TimeSpan duration)
    {
        byte[] batch = [.. Enumerable.Repeat(request, PipelineDepth).SelectMany(bytes => bytes)];
        var start = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            await using var stream = await ConnectAsync(bmc);
            var buffer = new byte[256 * 1024];
            long count = 0;
            while (Stopwatch.GetElapsedTime(start) < duration)
            {
                await stream.WriteAsync(batch, Token);
                await ReceiveAsync(stream, buffer, PipelineDepth);
                count += PipelineDepth;
            }
            return count;
        }));
        return (counts.Sum(), Stopwatch.GetElapsedTime(start));
    }

    private static async Task<byte[]> RequestAsync(SimulatedBmc bmc)
    {
        using var login = await bmc.PostAsync(
            "/redfish/v1/SessionService/Sessions", $$"""{"UserName":"{{SimulatedBmc.UserName}}","Password":"{{SimulatedBmc.Password}}"}""");
        var token = login.Headers.GetValues("X-Auth-Token").Single();
        return Encoding.ASCII.GetBytes($"GET {SimulatedBmc.System} HTTP/1.1\r\nHost: bmc\r\nX-Auth-Token: {token}\r\n\r\n");
    }

    private static async Task<Stream> ConnectAsync(SimulatedBmc bmc)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, bmc.Address.Port), Token);
        var stream = new NetworkStream(socket, ownsSocket: true);
        if (bmc.Address.Scheme == Uri.UriSchemeHttp)
            return stream;
        var secure = new SslStream(stream);
        await secure.AuthenticateAsClientAsync(bmc.Trust, Token);
        return secure;
    }

    /// <summary>Reads that many answers, told by their Content-Length.</summary>
    private static async Task ReceiveAsync(Stream stream, byte[] buffer, int answers)
    {
        var filled = 0;
        while (answers > 0)
        {
            filled += await stream.ReadAsync(buffer.AsMemory(filled), Token);
            int end;
            while (answers > 0 && (end = EndOf(buffer.AsSpan(0, filled))) > 0)
            {
                buffer.AsSpan(end, filled - end).CopyTo(buffer);
                filled -= end;
                answers--;
            }
        }
    }

    private static int EndOf(ReadOnlySpan<byte> bytes)
    {
        var headers = bytes.IndexOf(HeaderEnd);
        if (headers < 0)
            return 0;
        var at = bytes[..headers].IndexOf("Content-Length: "u8) + "Content-Length: ".Length;
        if (!global::System.Buffers.Text.Utf8Parser.TryParse(bytes[at..headers], out int length, out _))
            return 0;
        var end = headers + HeaderEnd.Length + length;
        return end <= bytes.Length ? end : 0;
    }
}
