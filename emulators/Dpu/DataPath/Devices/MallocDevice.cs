using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Lab.Emulators.Dpu.DataPath.Devices;

/// <summary>
/// Memory as a disk (SPDK's bdev_malloc). The memory has a name (shm_overview(7)), so that it outlives the firmware under a running
/// host, and is allocated whole at once: a page that could not be had later would be SIGBUS.
/// </summary>
internal sealed unsafe class MallocDevice : IBlockDevice
{
    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor view;
    private readonly byte* memory;

    /// <exception cref="IOException">The memory is not to be had.</exception>
    public MallocDevice(string path, uint blockSize, ulong sizeBytes)
    {
        BlockSize = blockSize;
        SizeBytes = sizeBytes;
        var length = checked((long)sizeBytes);
        if (!File.Exists(path) || new FileInfo(path).Length != length)
            Allocate(path, length);
        file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, length, MemoryMappedFileAccess.ReadWrite);
        view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.ReadWrite);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref memory);
    }

    public uint BlockSize { get; }

    public ulong SizeBytes { get; }

    public bool IsReadOnly => false;

    /// <summary>Never raised: its size is fixed.</summary>
    public event Action? Resized
    {
        add { }
        remove { }
    }

    public IIoChannel OpenChannel(Reactor reactor) => new Channel(this);

    public ValueTask DisposeAsync()
    {
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        file.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void Allocate(string path, long length)
    {
        var next = path + ".new";
        using (File.OpenHandle(next, FileMode.Create, FileAccess.ReadWrite, FileShare.None, FileOptions.None, length))
        {
        }
        // Preallocation keeps the size at 0 where the file system does not know how to allocate.
        using (var made = File.OpenHandle(next, FileMode.Open, FileAccess.ReadWrite))
            RandomAccess.SetLength(made, length);
        File.Move(next, path, overwrite: true);
    }

    private sealed class Channel(MallocDevice device) : IIoChannel
    {
        public void Submit(BlockRequest request)
        {
            if (request.Offset > device.SizeBytes || request.Length > device.SizeBytes - request.Offset)
            {
                request.Complete(BlockStatus.IoError);
                return;
            }
            var place = device.memory + request.Offset;
            switch (request.Operation)
            {
                case BlockOperation.Read:
                    foreach (var segment in request.Segments)
                    {
                        NativeMemory.Copy(place, (void*)segment.Address, (nuint)segment.Length);
                        place += segment.Length;
                    }
                    break;
                case BlockOperation.Write:
                    foreach (var segment in request.Segments)
                    {
                        NativeMemory.Copy((void*)segment.Address, place, (nuint)segment.Length);
                        place += segment.Length;
                    }
                    break;
                case BlockOperation.Discard or BlockOperation.WriteZeroes:
                    NativeMemory.Clear(place, checked((nuint)request.Length));
                    break;
            }
            request.Complete(BlockStatus.Ok);
        }

        public void Kick()
        {
        }

        public void Dispose()
        {
        }
    }
}
