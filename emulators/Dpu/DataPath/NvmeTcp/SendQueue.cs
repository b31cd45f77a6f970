using System.Runtime.InteropServices;
using Lab.Emulators.Dpu.Linux;
using Microsoft.Win32.SafeHandles;

namespace Lab.Emulators.Dpu.DataPath.NvmeTcp;

/// <summary>Told when everything up to a mark has been handed to the kernel.</summary>
internal interface ISendObserver
{
    void OnSent(int mark);
}

/// <summary>
/// Stretches of memory on their way into a socket, in order and not copied: a ring of iovecs that one sendmsg(2) takes as many of as it
/// may. Memory must stay until its mark is reported.
/// </summary>
internal sealed unsafe class SendQueue : IDisposable
{
    private const int CapacityFirst = 64;
    private const int NoMark = -1;

    private IoVector* vectors;
    private int* marks;
    private int capacity = CapacityFirst;
    private int head;
    private int count;

    public SendQueue()
    {
        vectors = (IoVector*)NativeMemory.Alloc(CapacityFirst, (nuint)sizeof(IoVector));
        marks = (int*)NativeMemory.Alloc(CapacityFirst, sizeof(int));
    }

    public bool IsEmpty => count == 0;

    public void Add(nint address, int length, int mark = NoMark)
    {
        if (count == capacity)
            Grow();
        var at = (head + count) & (capacity - 1);
        vectors[at] = new IoVector(address, length);
        marks[at] = mark;
        count++;
    }

    /// <summary>Reports what was added last, when it is sent.</summary>
    public void Mark(int mark) => marks[(head + count - 1) & (capacity - 1)] = mark;

    /// <summary>Sends what the socket takes.</summary>
    /// <returns>False when some of it has to wait until the socket is writable.</returns>
    /// <exception cref="IOException">The connection is lost.</exception>
    public bool Send(SafeFileHandle socket, ISendObserver observer)
    {
        while (count > 0)
        {
            // To the end of the ring: the rest goes with the next call.
            var batch = Math.Min(Math.Min(count, capacity - head), IoVector.CountMax);
            var sent = TcpSocket.Send(socket, vectors + head, batch);
            if (sent == 0)
                return false;
            var done = IoVector.Consume(new Span<IoVector>(vectors + head, batch), sent);
            for (; done > 0; done--)
            {
                var mark = marks[head];
                head = (head + 1) & (capacity - 1);
                count--;
                if (mark != NoMark)
                    observer.OnSent(mark);
            }
        }
        return true;
    }

    public void Dispose()
    {
        NativeMemory.Free(vectors);
        NativeMemory.Free(marks);
        vectors = null;
        marks = null;
        count = capacity = 0;
    }

    private void Grow()
    {
        var nextVectors = (IoVector*)NativeMemory.Alloc((nuint)capacity * 2, (nuint)sizeof(IoVector));
        var nextMarks = (int*)NativeMemory.Alloc((nuint)capacity * 2, sizeof(int));
        for (var i = 0; i < count; i++)
        {
            nextVectors[i] = vectors[(head + i) & (capacity - 1)];
            nextMarks[i] = marks[(head + i) & (capacity - 1)];
        }
        NativeMemory.Free(vectors);
        NativeMemory.Free(marks);
        vectors = nextVectors;
        marks = nextMarks;
        capacity *= 2;
        head = 0;
    }
}
