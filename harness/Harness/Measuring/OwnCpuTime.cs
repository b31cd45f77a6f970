using System.Globalization;
using Lab.Harness.Launch;
using Lab.Harness.Processes;

namespace Lab.Harness.Measuring;

/// <summary>
/// CPU time of the lab's own processes: those that bear a mark of <see cref="OwnerMark"/>, this one, and what any of them started.
/// Whose a process is, is looked up once and again when it became another program.
/// </summary>
/// <param name="self">Id of this process.</param>
/// <param name="proc">Where proc(5) is.</param>
internal sealed class OwnCpuTime(OwnerMark mark, int self, string proc)
{
    private readonly Dictionary<(int Id, string StartTime, string Name), bool> marked = [];
    private Dictionary<(int Id, string StartTime), ProcessTimes>? before;

    /// <summary>Since the call before; 0 the first time [s].</summary>
    public double Since()
    {
        var now = Own(Read());
        var ticks = before is null ? 0 : Between(before, now);
        before = now;
        return Math.Max(0, ticks) / ProcessTimes.PerSecond;
    }

    /// <summary>
    /// The time of a process that ended is with its parent when the parent waited for it: it was counted already, as far as it
    /// was seen, and is taken off again.
    /// </summary>
    private static long Between(
        Dictionary<(int Id, string StartTime), ProcessTimes> before, Dictionary<(int Id, string StartTime), ProcessTimes> now)
    {
        var ticks = now.Sum(entry => entry.Value.Ticks - (before.TryGetValue(entry.Key, out var earlier) ? earlier.Ticks : 0));
        var alive = now.Values.Select(process => process.Id).ToHashSet();
        return ticks - before.Where(entry => !now.ContainsKey(entry.Key) && alive.Contains(entry.Value.Parent)).Sum(entry => entry.Value.Ticks);
    }

    private Dictionary<int, ProcessTimes> Read()
    {
        var found = new Dictionary<int, ProcessTimes>();
        foreach (var entry in Directory.EnumerateDirectories(proc))
        {
            if (!int.TryParse(Path.GetFileName(entry), CultureInfo.InvariantCulture, out var id))
                continue;
            try
            {
                if (ProcessTimes.TryRead(File.ReadAllText(Path.Combine(entry, "stat")), out var times))
                    found[id] = times;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended while it was looked at.
            }
        }
        return found;
    }

    private Dictionary<(int Id, string StartTime), ProcessTimes> Own(Dictionary<int, ProcessTimes> all)
    {
        var known = new Dictionary<int, bool>();
        var own = all.Values.Where(process => IsOwn(process.Id)).ToDictionary(process => (process.Id, process.StartTime));
        foreach (var gone in marked.Keys.Where(key => !all.TryGetValue(key.Id, out var now) || now.StartTime != key.StartTime || now.Name != key.Name).ToList())
            marked.Remove(gone);
        return own;

        bool IsOwn(int id)
        {
            if (known.TryGetValue(id, out var answer))
                return answer;
            // Ends the walk too should ids have been given anew meanwhile, so that parents go round.
            known[id] = false;
            return known[id] = all.TryGetValue(id, out var process) && (id == self || IsMarked(process) || IsOwn(process.Parent));
        }
    }

    private bool IsMarked(ProcessTimes process)
    {
        var key = (process.Id, process.StartTime, process.Name);
        if (marked.TryGetValue(key, out var answer))
            return answer;
        try
        {
            return marked[key] = mark.IsOn(Path.Combine(proc, process.Id.ToString(CultureInfo.InvariantCulture)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
