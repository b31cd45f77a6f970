using System.Globalization;

namespace Lab.Harness.Measuring;

/// <summary>What a process has used, as proc(5) tells it.</summary>
public static class ProcessUsage
{
    /// <summary>proc(5) counts in hundredths of a second on every Linux this runs on (USER_HZ).</summary>
    private const double TicksPerSecond = 100;

    public static double CpuSeconds(int processId)
    {
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        // Fields 14 and 15, user and system time, counted from behind the command's parenthesis (field 3 is first there).
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (Number(fields[11]) + Number(fields[12])) / TicksPerSecond;
    }

    /// <summary>Resident bytes, shared ones among them: a host's memory is shared with its DPU.</summary>
    public static double MemoryBytes(int processId) =>
        Number(File.ReadAllText($"/proc/{processId}/statm").Split(' ')[1]) * Environment.SystemPageSize;

    /// <summary>Bytes that read and write calls on files moved, cached or not.</summary>
    public static double FileBytes(int processId) =>
        File.ReadLines($"/proc/{processId}/io").Where(line => line.StartsWith("rchar:", StringComparison.Ordinal) || line.StartsWith("wchar:", StringComparison.Ordinal))
            .Sum(line => Number(line.Split(' ')[1]));

    /// <summary>Bytes that an interface received and sent, in the network namespace of the process; 0 where it has none of that name.</summary>
    public static double NetworkBytes(int processId, string link) => NetworkBytes(File.ReadLines($"/proc/{processId}/net/dev"), link);

    /// <param name="lines">Of /proc/net/dev: "  p0: received-bytes … (8 fields) sent-bytes …".</param>
    internal static double NetworkBytes(IEnumerable<string> lines, string link)
    {
        foreach (var line in lines)
        {
            if (line.Split(':', 2) is not [var name, var counters] || name.Trim() != link)
                continue;
            var fields = counters.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return Number(fields[0]) + Number(fields[8]);
        }

        return 0;
    }

    private static double Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
