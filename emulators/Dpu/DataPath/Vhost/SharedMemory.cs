using System.ComponentModel;
using System.Runtime.InteropServices;
using Lab.Emulators.Dpu.Linux;
using Microsoft.Win32.SafeHandles;

namespace Lab.Emulators.Dpu.DataPath.Vhost;

/// <summary>
/// A mapped file that another process writes too (mmap(2)). A memfd is sealed, so that nobody can cut it under the mapping, which would be
/// SIGBUS. A file that cannot be sealed (one of a file system) can still be cut by the front end that gave it; its guest cannot.
/// </summary>
internal sealed unsafe partial class SharedMemory : IDisposable
{
    private const int ReadWrite = 1 | 2;
    private const int Shared = 1;
    private const int NoReserve = 0x4000;
    private const int SeekEnd = 2;
    private const uint CloseOnExec = 1;
    private const uint AllowSealing = 2;

    private readonly nuint length;
    private byte* memory;

    private SharedMemory(byte* memory, nuint length)
    {
        this.memory = memory;
        this.length = length;
    }

    public byte* Memory => memory;

    public ulong Length => length;

    /// <exception cref="IOException">It cannot be mapped, or the file is shorter: touching what is behind its end would be SIGBUS.</exception>
    public static SharedMemory Map(SafeHandle file, ulong length)
    {
        // Before its length is asked for.
        _ = FileControl.TrySealShrink(file);
        if (length is 0 or > long.MaxValue || (ulong)Math.Max(0, Seek(file, 0, SeekEnd)) < length)
            throw new IOException($"shared memory of {length} bytes is not all there");
        var mapped = MMap(null, (nuint)length, ReadWrite, Shared | NoReserve, file, 0);
        return mapped == (void*)-1 ? throw Failure("mmap") : new SharedMemory((byte*)mapped, (nuint)length);
    }

    /// <summary>Anonymous memory with a descriptor to pass on (memfd_create(2)).</summary>
    public static SafeFileHandle Create(string name, long length)
    {
        var file = new SafeFileHandle(MemFdCreate(name, CloseOnExec | AllowSealing), true);
        if (file.IsInvalid || Truncate(file, length) != 0)
            throw Failure("memfd_create");
        return file;
    }

    public void Dispose()
    {
        if (memory is not null)
            MUnmap(memory, length);
        memory = null;
    }

    private static IOException Failure(string call)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new IOException($"{call}: {new Win32Exception(errno).Message}", errno);
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial void* MMap(void* at, nuint length, int protection, int flags, SafeHandle file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int MUnmap(void* at, nuint length);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long Seek(SafeHandle file, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemFdCreate(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    private static partial int Truncate(SafeHandle file, long length);
}
