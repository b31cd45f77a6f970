using System.Globalization;
using Lab.Harness.Launch;
using Lab.Harness.Processes;

namespace Lab.Harness.Measuring;

/// <summary>A tcpdump on a device of the testbed's namespace, or in a SoC; the capture file is the evidence.</summary>
public sealed class PacketCapture : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private const int PcapHeaderBytes = 24;

    private readonly System.Diagnostics.Process process;

    private PacketCapture(System.Diagnostics.Process process, string file)
    {
        this.process = process;
        File = file;
    }

    public string File { get; }

    /// <param name="networkNamespace">Path of the namespace to listen in.</param>
    public static async Task<PacketCapture> StartAsync(string networkNamespace, string device, string file, CancellationToken token)
    {
        var start = new System.Diagnostics.ProcessStartInfo(
            "nsenter", ["--net=" + networkNamespace, "--", "tcpdump", "-i", device, "-U", "-Z", "root", "-w", file])
        {
            RedirectStandardError = true,
        };
        var process = System.Diagnostics.Process.Start(start) ?? throw new LabException("tcpdump did not start");
        var capture = new PacketCapture(process, file);
        try
        {
            // It says "listening on" when the socket is open, and not before.
            string? line;
            do
                line = await process.StandardError.ReadLineAsync(token).AsTask().WaitAsync(Limit, token);
            while (line is not null && !line.Contains("listening on", StringComparison.Ordinal));
            return line is not null ? capture : throw new LabException($"tcpdump could not listen on {device}");
        }
        catch
        {
            await capture.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the capture and counts the frames that a filter (man 7 pcap-filter) lets pass.</summary>
    public async Task<int> CountAsync(string filter, CancellationToken token)
    {
        await DisposeAsync();
        if (new FileInfo(File).Length < PcapHeaderBytes)
            throw new LabException($"{File} is no capture");
        var output = await Tool.RunAsync("tcpdump", ["-n", "-e", "-r", File, filter], token);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
    }

    public async ValueTask DisposeAsync()
    {
        if (process.HasExited)
            return;
        await Tool.TryRunAsync("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)], CancellationToken.None);
        using var deadline = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }
}
