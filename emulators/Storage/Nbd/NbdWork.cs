using System.Buffers;
using Lab.Protocols.Nbd;

namespace Lab.Emulators.Storage.Nbd;

/// <summary>A request to be done aside, with a write's data in a pooled array, which goes back on disposal.</summary>
internal readonly record struct NbdWork(NbdRequest Request, byte[]? Payload) : IDisposable
{
    /// <summary>Bytes of memory that the request takes while it is worked on.</summary>
    public long Bytes => Request.Command is NbdCommand.Read or NbdCommand.Write ? Request.Length : 0;

    public ReadOnlyMemory<byte> Data => Payload.AsMemory(0, (int)Request.Length);

    public void Dispose()
    {
        if (Payload is not null)
            ArrayPool<byte>.Shared.Return(Payload);
    }
}
