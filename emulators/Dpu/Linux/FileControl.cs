using System.Runtime.InteropServices;

namespace Lab.Emulators.Dpu.Linux;

/// <summary>https://man7.org/linux/man-pages/man2/fcntl.2.html</summary>
internal static partial class FileControl
{
    private const int GetFlags = 3;
    private const int SetFlags = 4;
    private const int NonBlocking = 0x800;

    /// <summary>A write to the descriptor, or a read, fails rather than waits.</summary>
    public static void SetNonBlocking(SafeHandle descriptor)
    {
        var flags = Control(descriptor, GetFlags, 0);
        if (flags >= 0)
            _ = Control(descriptor, SetFlags, flags | NonBlocking);
    }

    /// <returns>What the command answers, or -1.</returns>
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(SafeHandle descriptor, int command, int argument);
}
