using System.Diagnostics;
using Lab.Emulators.Dpu.Linux;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Dpu.Representors;

/// <summary>
/// Representors as taps. A tap is also a network device of the card's own kernel, which a host must not reach through it: a filter
/// keeps the card's IP stack off these devices in both directions. Open vSwitch reads and writes them below that filter (packet(7)).
/// </summary>
internal sealed partial class TapRepresentors(TimeProvider time, ILogger logger) : IRepresentors
{
    public const string Prefix = "en3f0pf0sf";

    private static readonly TimeSpan ReleaseWait = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ReleasePoll = TimeSpan.FromMilliseconds(20);

    private const string Filter = $$"""
        table inet dpud_representors
        delete table inet dpud_representors
        table inet dpud_representors {
            chain input { type filter hook prerouting priority raw; policy accept; iifname "{{Prefix}}*" drop; }
            chain output { type filter hook output priority filter; policy accept; oifname "{{Prefix}}*" drop; }
        }
        table arp dpud_representors
        delete table arp dpud_representors
        table arp dpud_representors {
            chain input { type filter hook input priority filter; policy accept; iifname "{{Prefix}}*" drop; }
            chain output { type filter hook output priority filter; policy accept; oifname "{{Prefix}}*" drop; }
        }
        """;

    private bool isFiltered;

    public async Task EnsureAsync(string name, uint mtu, CancellationToken token)
    {
        // A network device without the filter would open the card to the tenant: none is made before.
        if (!isFiltered)
            await ApplyFilterAsync(token);
        isFiltered = true;
        try
        {
            TapDevice.Create(name, mtu);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogFailed(name, e.Message);
            throw new DpuException(Errno.InputOutput, e.Message, e);
        }
    }

    public async Task RemoveAsync(string name, CancellationToken token)
    {
        var start = time.GetTimestamp();
        try
        {
            while (!TapDevice.TryDelete(name))
            {
                if (time.GetElapsedTime(start) > ReleaseWait)
                    throw new DpuException(Errno.Busy);
                await Task.Delay(ReleasePoll, time, token);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogFailed(name, e.Message);
            throw new DpuException(Errno.InputOutput, e.Message, e);
        }
    }

    public IReadOnlyList<string> List() =>
        [.. Directory.EnumerateFileSystemEntries("/sys/class/net").Select(p => Path.GetFileName(p))
            .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal))];

    private async Task ApplyFilterAsync(CancellationToken token)
    {
        try
        {
            using var nft = Process.Start(new ProcessStartInfo("nft", ["-f", "-"]) { RedirectStandardInput = true, RedirectStandardError = true })
                ?? throw new IOException("nft does not start");
            var errors = nft.StandardError.ReadToEndAsync(token);
            await nft.StandardInput.WriteAsync(Filter.AsMemory(), token);
            nft.StandardInput.Close();
            await nft.WaitForExitAsync(token);
            if (nft.ExitCode != 0)
                throw new IOException("nft: " + (await errors).Trim().ReplaceLineEndings(" "));
        }
        catch (Exception e) when (e is IOException or System.ComponentModel.Win32Exception)
        {
            LogFailed("packet filter", e.Message);
            throw new DpuException(Errno.InputOutput, "the representors' packet filter cannot be set: " + e.Message, e);
        }
    }

    [LoggerMessage(LogLevel.Error, "representor {Name}: {Reason}")]
    private partial void LogFailed(string name, string reason);
}
