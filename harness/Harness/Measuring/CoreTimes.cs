using System.Globalization;
using Lab.Harness.Processes;

namespace Lab.Harness.Measuring;

/// <summary>The machine's first line of /proc/stat: CPU time of all cores together [s].</summary>
/// <param name="Busy">Of programs and of the kernel for them; interrupts belong to nobody and are not in it.</param>
/// <param name="Stolen">Taken by the hypervisor for others.</param>
internal sealed record CoreTimes(double Busy, double Stolen)
{
    /// <returns>False when the text does not begin as proc(5) says.</returns>
    public static bool TryRead(string stat, out CoreTimes times)
    {
        times = null!;
        var fields = stat.Split('\n', 2)[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        // cpu user nice system idle iowait irq softirq steal …; user has the time of guests in it.
        if (fields.Length < 9 || fields[0] != "cpu")
            return false;
        var ticks = new double[8];
        for (var i = 0; i < ticks.Length; i++)
            if (!double.TryParse(fields[i + 1], CultureInfo.InvariantCulture, out ticks[i]))
                return false;
        times = new CoreTimes((ticks[0] + ticks[1] + ticks[2]) / ProcessTimes.PerSecond, ticks[7] / ProcessTimes.PerSecond);
        return true;
    }
}
