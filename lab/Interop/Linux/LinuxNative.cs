using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lab.Interop.Linux;

internal static partial class LinuxNative
{
    internal const int CLONE_NEWNET = 0x40000000;

    /// <summary>man 2 setns. Changes the calling thread alone.</summary>
    [LibraryImport("libc", SetLastError = true)]
    internal static partial int setns(SafeFileHandle fd, int nstype);
}
