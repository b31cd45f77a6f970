using System.Buffers;
using Lab.Protocols.Nbd;

namespace Lab.Emulators.Storage.Nbd;

/// <summary>A request that is wholly here, what is wrong with it, and a write's data in a pooled array, which goes back on disposal.</summary>
internal readonly record struct NbdWork(NbdRequest Request, NbdError Error, byte[]? Payload) : IDisposable
{
    /// <summary>Bytes of memory that the request takes while it is worked on.</summary>
    public long Bytes => Request.Command is NbdCommand.Read or NbdCommand.Write && Error == NbdError.None ? Request.Length : 0;

    public ReadOnlyMemory<byte> Data => Payload.AsMemory(0, (int)Request.Length);

    public void Dispose()
    {
        if (Payload is not null)
            ArrayPool<byte>.Shared.Return(Payload);
    }
}

/// <summary>A write whose data is still coming; the data of one that will be refused is dropped.</summary>
internal sealed class IncomingWrite(NbdRequest request, NbdError error) : IDisposable
{
    private readonly byte[]? payload = error == NbdError.None ? ArrayPool<byte>.Shared.Rent((int)request.Length) : null;
    private int filled;

    public bool IsWhole => filled == request.Length;

    public void Take(ref ReadOnlySequence<byte> rest)
    {
        var part = rest.Slice(0, Math.Min(rest.Length, request.Length - filled));
        if (payload is not null)
            part.CopyTo(payload.AsSpan(filled));
        filled += (int)part.Length;
        rest = rest.Slice(part.End);
    }

    public NbdWork ToWork() => new(request, error, payload);

    public void Dispose()
    {
        if (payload is not null)
            ArrayPool<byte>.Shared.Return(payload);
    }
}
