using System.Globalization;

namespace Lab.Harness.Processes;

/// <summary>One process as proc(5) has it in /proc/PID/stat.</summary>
/// <param name="StartTime">Clock ticks since boot; tells two processes of one id apart.</param>
/// <param name="Ticks">CPU time of it and of the children it waited for, in <see cref="PerSecond"/>ths of a second.</param>
internal sealed record ProcessTimes(int Id, int Parent, string Name, string StartTime, long Ticks)
{
    /// <summary>proc(5) counts in hundredths of a second on every Linux this runs on (USER_HZ).</summary>
    public const double PerSecond = 100;

    /// <returns>False when the text is no such line.</returns>
    public static bool TryRead(string stat, out ProcessTimes times)
    {
        times = null!;
        // The command may hold blanks and parentheses: it ends with the last one. Field 3, the state, is behind it.
        var (open, close) = (stat.IndexOf('('), stat.LastIndexOf(')'));
        if (open <= 0 || close < open || close + 2 >= stat.Length)
            return false;
        var fields = stat[(close + 2)..].Split(' ');
        if (fields.Length < 20 || !int.TryParse(stat[..(open - 1)], CultureInfo.InvariantCulture, out var id)
            || !int.TryParse(fields[1], CultureInfo.InvariantCulture, out var parent))
            return false;
        // Fields 14 to 17: user and system time, its own and that of the children it waited for.
        var ticks = 0L;
        foreach (var field in fields[11..15])
        {
            if (!long.TryParse(field, CultureInfo.InvariantCulture, out var value))
                return false;
            ticks += value;
        }

        times = new ProcessTimes(id, parent, stat[(open + 1)..close], fields[19], ticks);
        return true;
    }
}
