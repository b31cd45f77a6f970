using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lab.Emulators.Dpu.Linux;

/// <summary>https://man7.org/linux/man-pages/man2/eventfd.2.html</summary>
internal static unsafe partial class EventFd
{
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;

    public static SafeFileHandle Create()
    {
        var descriptor = EventFdCreate(0, CloseOnExec | NonBlocking);
        if (descriptor >= 0)
            return new SafeFileHandle(descriptor, true);
        var errno = Marshal.GetLastPInvokeError();
        throw new IOException($"eventfd: {new Win32Exception(errno).Message}", errno);
    }

    /// <summary>A counter that is full wakes its reader all the same.</summary>
    public static void Signal(SafeHandle descriptor)
    {
        ulong one = 1;
        Write(descriptor, &one, sizeof(ulong));
    }

    /// <summary>True when it had been signalled since the last time.</summary>
    public static bool Clear(SafeHandle descriptor)
    {
        ulong count;
        return Read(descriptor, &count, sizeof(ulong)) == sizeof(ulong) && count > 0;
    }

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventFdCreate(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(SafeHandle descriptor, ulong* value, nint size);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(SafeHandle descriptor, ulong* value, nint size);
}
