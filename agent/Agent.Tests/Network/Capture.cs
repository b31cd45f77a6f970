using System.Diagnostics;
using System.Text;

namespace Lab.Agent.Tests.Network;

/// <summary>tcpdump on a host's NIC; tells which frames it saw by a piece of their bytes.</summary>
public sealed class Capture : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder frames = new();
    private readonly Task reading;

    private Capture(Process process)
    {
        this.process = process;
        reading = ReadAsync();
    }

    public static async Task<Capture> StartAsync(string netns, CancellationToken token)
    {
        var start = new ProcessStartInfo("ip") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var word in (string[])["netns", "exec", netns, "tcpdump", "--immediate-mode", "-l", "-n", "-xx", "-i", "eth0", "-Q", "in"])
            start.ArgumentList.Add(word);
        start.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
        var process = Process.Start(start)!;
        while (await process.StandardError.ReadLineAsync(token) is { } line)
            if (line.StartsWith("listening on", StringComparison.Ordinal))
                return new Capture(process);
        throw new InvalidOperationException("tcpdump did not start");
    }

    public bool Saw(string hex)
    {
        lock (frames)
            return frames.ToString().Contains(hex, StringComparison.Ordinal);
    }

    public Task UntilSawAsync(string hex, CancellationToken token) =>
        Tool.UntilAsync(() => Task.FromResult(Saw(hex)), "frame with " + hex, token);

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        await reading;
        process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
            lock (frames)
                if (line.StartsWith("\t0x", StringComparison.Ordinal))
                    frames.Append(line.AsSpan(line.IndexOf(':', StringComparison.Ordinal) + 1).ToString().Replace(" ", "", StringComparison.Ordinal));
                else
                    frames.Append('|');
    }
}
