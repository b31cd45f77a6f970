using System.Text.RegularExpressions;
using Lab.Harness.Consoles;
using Lab.Harness.Images;

namespace Lab.Scenarios.HotPlug;

/// <summary>
/// One plug and unplug, timed where it counts: from the request to what the guest says. The guest looks before the request is made.
/// </summary>
/// <param name="Seen">Request until the guest has the device [s].</param>
/// <param name="FirstIo">Request until its first I/O was answered [s].</param>
/// <param name="Removed">Request to remove until the guest has lost it [s].</param>
public sealed record PlugCycle(double Seen, double FirstIo, double Removed)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <param name="guest">What the guest runs: waits, one for the device and one for its end, and the first I/O in between.</param>
    public static async Task<PlugCycle> RunAsync(
        SerialConsole console, GuestShell shell, PlugGuestCommands guest, PlugRequests requests, TimeProvider clock, CancellationToken token)
    {
        var (requested, from, plugged) = await WatchAsync(console, shell, $"{guest.Wait} && {guest.FirstIo}", requests.Plug, clock, token);
        var seen = await SeenAsync(console, from, plugged, requests.Plugged, token);
        Require(seen, "seen");
        var io = await console.WaitForAsync(guest.FirstIoDone, seen.End, Limit, token);
        await plugged;
        await requests.Plugged();

        var (removal, afterIo, unplugged) = await WatchAsync(console, shell, guest.WaitGone, requests.Unplug, clock, token);
        var gone = await SeenAsync(console, afterIo, unplugged, requests.Unplugged, token);
        Require(gone, "gone");
        await unplugged;
        await requests.Unplugged();
        return new PlugCycle((seen.At - requested).TotalSeconds, (io.At - requested).TotalSeconds, (gone.At - removal).TotalSeconds);
    }

    /// <returns>When the request was made, where the console stood, and a task that ends with request and guest command.</returns>
    private static async Task<(DateTimeOffset Requested, int From, Task Done)> WatchAsync(
        SerialConsole console, GuestShell shell, string command, Func<Task> request, TimeProvider clock, CancellationToken token)
    {
        var before = console.Position;
        var watching = shell.RunAsync(command, token, Limit * 2);
        var waiting = await console.WaitForAsync(ProbeImage.Waiting, before, Limit, token);
        var requested = clock.GetUtcNow();
        return (requested, waiting.End, BothAsync(request(), watching));
    }

    /// <summary>Fails as soon as either does.</summary>
    private static async Task BothAsync(Task request, Task watching)
    {
        await await Task.WhenAny(request, watching);
        await Task.WhenAll(request, watching);
    }

    /// <summary>A request that failed, at once or later, says more than a guest that saw nothing.</summary>
    private static async Task<ConsoleMatch> SeenAsync(SerialConsole console, int from, Task request, Func<Task> settled, CancellationToken token)
    {
        var seen = console.WaitForAsync(ProbeImage.Seen, from, Limit, token);
        if (await Task.WhenAny(seen, request) == request)
            await request;
        try
        {
            return await seen;
        }
        catch (ConsoleTimeoutException)
        {
            await settled();
            throw;
        }
    }

    private static void Require(ConsoleMatch match, string wanted)
    {
        if (match.Match.Groups["event"].Value != wanted)
            throw new Fixtures.ScenarioFailedException($"the guest waited for a device to be {wanted} and told: {match.Match.Value.Trim()}");
    }
}

/// <param name="FirstIoDone">What the guest prints when the first I/O is answered.</param>
public sealed record PlugGuestCommands(string Wait, string FirstIo, Regex FirstIoDone, string WaitGone);

/// <summary>The requests of a cycle, and waits until whoever was asked calls them done: after the guest saw, so that asking delays nothing.</summary>
public sealed record PlugRequests(Func<Task> Plug, Func<Task> Plugged, Func<Task> Unplug, Func<Task> Unplugged);
