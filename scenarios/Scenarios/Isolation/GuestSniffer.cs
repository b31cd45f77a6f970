using Lab.Harness;
using Lab.Harness.Consoles;

namespace Lab.Scenarios.Isolation;

/// <summary>Listens on a guest's NIC with the guest's own tcpdump and tells how many frames came that fit a filter.</summary>
internal static class GuestSniffer
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <param name="filter">man 7 pcap-filter; only frames that come in count.</param>
    /// <returns>How many frames came in while <paramref name="send"/> ran and shortly after.</returns>
    public static async Task<int> CountAsync(GuestShell guest, string mac, string filter, Func<Task> send, CancellationToken token)
    {
        await guest.RunAsync(
            $"nic=$(lab-nic {mac}); rm -f /tmp/heard /tmp/said; tcpdump -i $nic -n -e -l -Q in '{filter}' >/tmp/heard 2>/tmp/said & "
            + "while ! grep -q 'listening on' /tmp/said; do usleep 20000; done", token, Limit);
        await send();
        // A second of silence is the end: what was sent has long arrived or never will.
        var output = await guest.RunAsync("sleep 1; kill -INT $(pidof tcpdump); while pidof tcpdump >/dev/null; do usleep 20000; done; grep -c ' > ' /tmp/heard || true", token, Limit);
        return int.TryParse(output.Trim().Split('\n')[^1], out var count) ? count : throw new LabException("the guest's tcpdump told: " + output);
    }
}
