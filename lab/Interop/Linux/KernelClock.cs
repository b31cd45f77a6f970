using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Lab.Interop.Linux;

/// <summary>What the kernel knows of its system clock.</summary>
public static class KernelClock
{
    /// <summary>&lt;sys/timex.h&gt;: STA_UNSYNC, and the return value TIME_ERROR.</summary>
    private const int Unsynchronised = 0x0040;
    private const int TimeError = 5;

    /// <returns>Greatest error of the system clock; null while nothing synchronises it.</returns>
    /// <exception cref="Win32Exception">The kernel refuses to say.</exception>
    public static TimeSpan? MaximumError()
    {
        var timex = new LinuxNative.Timex();
        var state = LinuxNative.adjtimex(ref timex);
        if (state < 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "adjtimex");
        return state == TimeError || (timex.Status & Unsynchronised) != 0 ? null : TimeSpan.FromMicroseconds(timex.MaximumError);
    }
}
