using System.Runtime.InteropServices;

namespace Lab.Emulators.Dpu.DataPath.Devices;

/// <summary>Forgets what is written and reads as zeroes: the front's cost alone, for measurements (SPDK's bdev_null).</summary>
internal sealed class NullDevice(uint blockSize, ulong sizeBytes) : IBlockDevice
{
    public uint BlockSize => blockSize;

    public ulong SizeBytes => sizeBytes;

    public bool IsReadOnly => false;

    /// <summary>Never raised: its size is fixed.</summary>
    public event Action? Resized
    {
        add { }
        remove { }
    }

    public IIoChannel OpenChannel(Reactor reactor) => new Channel();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed unsafe class Channel : IIoChannel
    {
        public void Submit(BlockRequest request)
        {
            if (request.Operation == BlockOperation.Read)
                foreach (var segment in request.Segments)
                    NativeMemory.Clear((void*)segment.Address, (nuint)segment.Length);
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
