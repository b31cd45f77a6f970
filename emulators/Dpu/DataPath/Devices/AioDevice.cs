using Microsoft.Win32.SafeHandles;

namespace Lab.Emulators.Dpu.DataPath.Devices;

/// <summary>
/// A file or block device as a disk (SPDK's bdev_aio). What the page cache holds is read at once on the reactor; what may wait for a disk
/// is done by <see cref="FileWorkers"/>.
/// </summary>
internal sealed class AioDevice : IBlockDevice
{
    private readonly FileWorkers workers;

    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be opened.</exception>
    public AioDevice(string path, uint blockSize, bool isReadOnly)
    {
        BlockSize = blockSize;
        IsReadOnly = isReadOnly;
        File = System.IO.File.OpenHandle(
            path, FileMode.Open, isReadOnly ? FileAccess.Read : FileAccess.ReadWrite, FileShare.ReadWrite, FileOptions.None);
        SizeBytes = MeasureBytes() / blockSize * blockSize;
        workers = new FileWorkers(Path.GetFileName(path));
    }

    public uint BlockSize { get; }

    public ulong SizeBytes { get; }

    public bool IsReadOnly { get; }

    public SafeFileHandle File { get; }

    /// <summary>Never raised: the file is measured when it is opened.</summary>
    public event Action? Resized
    {
        add { }
        remove { }
    }

    public IIoChannel OpenChannel(Reactor reactor) => new FileChannel(this, workers, reactor);

    public async ValueTask DisposeAsync()
    {
        await workers.DisposeAsync();
        File.Dispose();
    }

    /// <summary>The size of a block device is where its end is; stat(2) tells 0.</summary>
    private ulong MeasureBytes()
    {
        var length = RandomAccess.GetLength(File);
        if (length > 0)
            return (ulong)length;
        var end = Linux.Libc.Seek(File, 0, Linux.Libc.SeekEnd);
        return end > 0 ? (ulong)end : 0;
    }
}
