using System.Runtime.InteropServices;

namespace Lab.Emulators.Dpu.DataPath.NvmeTcp;

/// <summary>Where headers, and data that came with them, are received; outside the garbage collector's heap.</summary>
internal sealed unsafe class ReceiveBuffer(int capacity) : IDisposable
{
    private byte* memory = (byte*)NativeMemory.Alloc((nuint)capacity);
    private int start;
    private int end;

    public int Count => end - start;

    public ReadOnlySpan<byte> Received => new(memory + start, end - start);

    /// <summary>Where to receive next; what is left over is moved to the front when little room is behind it.</summary>
    public (nint Address, int Length) Room()
    {
        if (start == end)
        {
            start = end = 0;
        }
        else if (start > 0)
        {
            new ReadOnlySpan<byte>(memory + start, end - start).CopyTo(new Span<byte>(memory, capacity));
            end -= start;
            start = 0;
        }
        return ((nint)memory + end, capacity - end);
    }

    public void Add(int count) => end += count;

    public void Take(int count) => start += count;

    public void Dispose()
    {
        NativeMemory.Free(memory);
        memory = null;
        start = end = 0;
    }
}
