using System.Runtime.InteropServices;
using Lab.Emulators.Dpu.DataPath;

namespace Lab.Emulators.Dpu.Linux;

/// <summary>struct iovec of readv(2).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct IoVector(nint address, nint length)
{
    /// <summary>IOV_MAX: entries that one call takes.</summary>
    public const int CountMax = 1024;

    public nint Address = address;
    public nint Length = length;

    public IoVector(BlockSegment segment)
        : this(segment.Address, segment.Length)
    {
    }

    /// <summary>Steps over bytes that a call has moved.</summary>
    /// <returns>Entries done with; the next one is shortened at its front.</returns>
    public static int Consume(Span<IoVector> vectors, nint bytes)
    {
        var done = 0;
        while (done < vectors.Length && bytes >= vectors[done].Length)
            bytes -= vectors[done++].Length;
        if (bytes > 0 && done < vectors.Length)
        {
            vectors[done].Address += bytes;
            vectors[done].Length -= bytes;
        }
        return done;
    }
}
