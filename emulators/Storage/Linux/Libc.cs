using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lab.Emulators.Storage.Linux;

/// <summary>File calls of Linux that .NET does not offer. Errors are <see cref="IOException"/> whose HResult is the errno.</summary>
internal static partial class Libc
{
    public const int ErrnoNoSpace = 28;
    private const int ErrnoInterrupted = 4;
    private const int ErrnoNoSuchAddress = 6;
    private const int ErrnoAgain = 11;
    private const int ErrnoNotSupported = 95;
    private const int KeepSize = 1;
    private const int PunchHole = 2;
    private const int ZeroRange = 16;
    private const int NoWait = 8;
    private const int SeekDataWhence = 3;
    private const int SeekHoleWhence = 4;
    private const int OpenDirectory = 0x10000 | 0x80000;

    /// <summary>Makes a file's data, and the metadata needed to read it, durable. https://man7.org/linux/man-pages/man2/fdatasync.2.html</summary>
    public static void DataSync(SafeFileHandle file)
    {
        while (FDataSync(file) != 0)
            ThrowUnlessInterrupted("fdatasync");
    }

    /// <summary>Makes the names in a directory durable.</summary>
    public static void DirectorySync(string path)
    {
        using var directory = new SafeFileHandle(Open(path, OpenDirectory), true);
        if (directory.IsInvalid || FSync(directory) != 0)
            throw Failure($"fsync of directory {path}");
    }

    /// <summary>Makes a range read as zeroes and returns its space. https://man7.org/linux/man-pages/man2/fallocate.2.html</summary>
    public static void Punch(SafeFileHandle file, long offset, long length)
    {
        while (FAllocate(file, KeepSize | PunchHole, offset, length) != 0)
            ThrowUnlessInterrupted("fallocate(FALLOC_FL_PUNCH_HOLE)");
    }

    /// <summary>Makes a range read as zeroes and keeps its space; false when the file system cannot.</summary>
    public static bool TryZero(SafeFileHandle file, long offset, long length)
    {
        while (FAllocate(file, ZeroRange, offset, length) != 0)
        {
            if (Marshal.GetLastPInvokeError() == ErrnoNotSupported)
                return false;
            ThrowUnlessInterrupted("fallocate(FALLOC_FL_ZERO_RANGE)");
        }
        return true;
    }

    /// <summary>The next byte at or behind <paramref name="offset"/> that is not in a hole, or -1.</summary>
    public static long SeekData(SafeFileHandle file, long offset) => Seek(file, offset, SeekDataWhence);

    /// <summary>The next byte at or behind <paramref name="offset"/> that is in a hole (the end counts as one), or -1 behind the end.</summary>
    public static long SeekHole(SafeFileHandle file, long offset) => Seek(file, offset, SeekHoleWhence);

    /// <summary>
    /// Reads what the page cache holds, without waiting for the disk: the count of bytes, fewer than asked or -1 when some are not there.
    /// https://man7.org/linux/man-pages/man2/preadv2.2.html
    /// </summary>
    public static unsafe int ReadCached(SafeFileHandle file, Span<byte> destination, long offset)
    {
        fixed (byte* start = destination)
        {
            var vector = new IoVector { Start = start, Length = (nuint)destination.Length };
            return (int)PReadV2(file, &vector, 1, offset, NoWait);
        }
    }

    private static long Seek(SafeFileHandle file, long offset, int whence)
    {
        var found = LSeek(file, offset, whence);
        return found >= 0 || Marshal.GetLastPInvokeError() == ErrnoNoSuchAddress ? found : throw Failure("lseek");
    }

    private static void ThrowUnlessInterrupted(string call)
    {
        if (Marshal.GetLastPInvokeError() is not (ErrnoInterrupted or ErrnoAgain))
            throw Failure(call);
    }

    private static IOException Failure(string call)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new IOException($"{call}: {new Win32Exception(errno).Message}", errno);
    }

    private unsafe struct IoVector
    {
        public byte* Start;
        public nuint Length;
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FDataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int FAllocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long LSeek(SafeFileHandle file, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "preadv2", SetLastError = true)]
    private static unsafe partial nint PReadV2(SafeFileHandle file, IoVector* vectors, int count, long offset, int flags);
}
