using System.ComponentModel;
using System.Runtime.InteropServices;
using Lab.Emulators.Dpu.Linux;
using Microsoft.Win32.SafeHandles;

namespace Lab.Emulators.Dpu.DataPath.Vhost;

/// <summary>
/// A mapped file that another process writes too (mmap(2)). Touching a mapping behind its file's end is SIGBUS, and the end of this
/// process: so the file is sealed against shrinking where it can be, and then is as long as the mapping for good. What remains: hugetlbfs
/// and tmpfs files, and memfds made without MFD_ALLOW_SEALING, are as long as the front end, which is the hypervisor, leaves them. Its
/// guest cannot shorten any.
/// </summary>
internal sealed unsafe partial class SharedMemory : IDisposable
{
    private const int ReadWrite = 1 | 2;
    private const int Shared = 1;
    private const int NoReserve = 0x4000;
    private const uint CloseOnExec = 1;
    private const uint AllowSealing = 2;

    private readonly nuint length;
    private byte* memory;

    private SharedMemory(byte* memory, nuint length, bool isSealed)
    {
        this.memory = memory;
        this.length = length;
        IsSealed = isSealed;
    }

    public byte* Memory => memory;

    public ulong Length => length;

    /// <summary>The kernel lets nobody shorten the file.</summary>
    public bool IsSealed { get; }

    /// <exception cref="IOException">It cannot be mapped, or the file is shorter: touching what is behind its end would be SIGBUS.</exception>
    public static SharedMemory Map(SafeHandle file, ulong length)
    {
        // Sealed first: a length that was read before could be past.
        var isSealed = FileSeals.TryForbidShrinking(file);
        if (length is 0 or > long.MaxValue || (ulong)Math.Max(0, Libc.Seek(file, 0, Libc.SeekEnd)) < length)
            throw new IOException($"shared memory of {length} bytes is not all there");
        var mapped = MMap(null, (nuint)length, ReadWrite, Shared | NoReserve, file, 0);
        return mapped == (void*)-1 ? throw Failure("mmap") : new SharedMemory((byte*)mapped, (nuint)length, isSealed);
    }

    /// <summary>Anonymous memory of a fixed size with a descriptor to pass on (memfd_create(2)).</summary>
    /// <exception cref="IOException">There is none to be had.</exception>
    public static SafeFileHandle Create(string name, long length)
    {
        var file = new SafeFileHandle(MemFdCreate(name, CloseOnExec | AllowSealing), true);
        if (!file.IsInvalid && Truncate(file, length) == 0 && FileSeals.TryFixSize(file))
            return file;
        var failure = Failure("memfd_create");
        file.Dispose();
        throw failure;
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

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemFdCreate(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    private static partial int Truncate(SafeHandle file, long length);
}
