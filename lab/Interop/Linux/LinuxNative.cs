using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lab.Interop.Linux;

internal static partial class LinuxNative
{
    internal const int CLONE_NEWNET = 0x40000000;

    /// <summary>man 2 setns. Changes the calling thread alone.</summary>
    [LibraryImport("libc", SetLastError = true)]
    internal static partial int setns(SafeFileHandle fd, int nstype);

    /// <summary>man 2 adjtimex. Reads alone: <see cref="Timex.Modes"/> stays 0.</summary>
    [LibraryImport("libc", SetLastError = true)]
    internal static partial int adjtimex(ref Timex timex);

    /// <summary>struct timex of &lt;sys/timex.h&gt; on 64-bit Linux, 208 bytes, as far as it is read.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 208)]
    internal struct Timex
    {
        [FieldOffset(0)] internal uint Modes;

        /// <summary>Microseconds.</summary>
        [FieldOffset(24)] internal long MaximumError;
        [FieldOffset(40)] internal int Status;
    }
}
