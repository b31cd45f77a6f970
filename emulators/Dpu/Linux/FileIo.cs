using System.Runtime.InteropServices;

namespace Lab.Emulators.Dpu.Linux;

/// <summary>preadv2(2), pwritev2(2), fallocate(2), fdatasync(2).</summary>
internal static unsafe partial class FileIo
{
    /// <summary>RWF_NOWAIT: only what needs no waiting, that is, what is in the page cache.</summary>
    public const int NoWait = 8;

    /// <summary>FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE.</summary>
    public const int PunchHole = 3;

    /// <summary>FALLOC_FL_KEEP_SIZE | FALLOC_FL_ZERO_RANGE.</summary>
    public const int ZeroRange = 0x11;

    public const int ErrnoInterrupted = 4;
    public const int ErrnoNotSupported = 95;

    [LibraryImport("libc", EntryPoint = "preadv2", SetLastError = true)]
    public static partial nint Read(SafeHandle file, IoVector* vectors, int count, long offset, int flags);

    [LibraryImport("libc", EntryPoint = "pwritev2", SetLastError = true)]
    public static partial nint Write(SafeHandle file, IoVector* vectors, int count, long offset, int flags);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    public static partial int Allocate(SafeHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int Synchronize(SafeHandle file);
}
