using System.Globalization;
using Lab.Harness.Processes;

namespace Lab.Harness.Launch;

/// <summary>The processes of one owner, found by their mark wherever they came from.</summary>
internal sealed class OwnedProcesses(string owner, string directory)
{
    private const int RoundsMax = 3;
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Supervisors first, or they start anew what is ended. A process belongs to the testbed when its environment says so or its
    /// command line names the testbed's directory (QEMU, which libvirt starts with a clean environment).
    /// </summary>
    public async Task EndAsync(List<string> removed, CancellationToken token)
    {
        // What is ended may have started something the moment before.
        for (var round = 0; round < RoundsMax && Find().Count > 0; round++)
            foreach (var isSupervisor in new[] { true, false })
                await EndAsync(Find().Where(p => p.IsSupervisor == isSupervisor).ToList(), isSupervisor ? ["-KILL"] : ["-TERM", "-KILL"], removed, token);
    }

    private static async Task EndAsync(List<OwnedProcess> found, string[] signals, List<string> removed, CancellationToken token)
    {
        foreach (var process in found)
            removed.Add($"process {process.Id} ({process.Name})");
        foreach (var signal in signals)
        {
            var alive = found.Where(p => p.IsAlive()).Select(p => p.Id.ToString(CultureInfo.InvariantCulture)).ToList();
            if (alive.Count == 0)
                break;
            await Tool.TryRunAsync("kill", [signal, .. alive], token);
            await EndedAsync(found, token);
        }
    }

    private static async Task EndedAsync(List<OwnedProcess> processes, CancellationToken token)
    {
        try
        {
            await Wait.UntilAsync("the testbed's processes to end", EndLimit, _ => Task.FromResult(!processes.Any(p => p.IsAlive())), token);
        }
        catch (LabException)
        {
            // The next, stronger signal is for those.
        }
    }

    private List<OwnedProcess> Find()
    {
        var mark = new OwnerMark(directory, $"{TestbedPaths.OwnerVariable}={owner}");
        var found = new List<OwnedProcess>();
        foreach (var entry in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(entry), out var id) || id == Environment.ProcessId)
                continue;
            try
            {
                if (mark.IsOn(entry))
                    found.Add(OwnedProcess.Of(id, File.ReadAllText(Path.Combine(entry, "comm")).Trim()));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended while it was looked at.
            }
        }
        return found;
    }

    private sealed record OwnedProcess(int Id, string Name, string StartTime)
    {
        public bool IsSupervisor => Name is "runsv" or "runsvdir";

        public static OwnedProcess Of(int id, string name) => new(id, name, ProcessStat.StartTimeOf(id) ?? "");

        /// <summary>False too when another process has the id by now.</summary>
        public bool IsAlive() => ProcessStat.StartTimeOf(Id) is { } start && start == StartTime;
    }
}
