using System.Net.Sockets;

namespace Lab.Emulators.Storage.Wire;

/// <summary>
/// What comes from a client, through one buffer. Reading blocks the calling thread; a connection that is lost or shut down reads as its end.
/// </summary>
internal sealed class SocketInput(Socket socket)
{
    /// <summary>Bytes of the longest piece that <see cref="TryTake"/> gives.</summary>
    public const int TakeBytesMax = 64 * 1024;

    private readonly byte[] buffer = new byte[2 * TakeBytesMax];
    private int start;
    private int end;

    public int Buffered => end - start;

    /// <summary>The next bytes, in place until the next call; false when the input ends before them.</summary>
    public bool TryTake(int count, out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        if (start + count > buffer.Length)
        {
            buffer.AsSpan(start, Buffered).CopyTo(buffer);
            (start, end) = (0, Buffered);
        }
        while (Buffered < count)
        {
            if (start == end)
                start = end = 0;
            var received = Receive(buffer.AsSpan(end));
            if (received == 0)
                return false;
            end += received;
        }
        bytes = buffer.AsMemory(start, count);
        start += count;
        return true;
    }

    /// <summary>Fills the destination, from the socket without a detour once the buffer is empty.</summary>
    public bool TryRead(Span<byte> destination)
    {
        var ready = Math.Min(Buffered, destination.Length);
        buffer.AsSpan(start, ready).CopyTo(destination);
        start += ready;
        for (destination = destination[ready..]; !destination.IsEmpty;)
        {
            var received = Receive(destination);
            if (received == 0)
                return false;
            destination = destination[received..];
        }
        return true;
    }

    /// <summary>Drops bytes.</summary>
    public bool TrySkip(long count)
    {
        while (count > 0)
        {
            var step = (int)Math.Min(count, TakeBytesMax);
            if (!TryTake(step, out _))
                return false;
            count -= step;
        }
        return true;
    }

    private int Receive(Span<byte> destination)
    {
        try
        {
            return socket.Receive(destination, SocketFlags.None);
        }
        catch (Exception lost) when (lost is SocketException or ObjectDisposedException)
        {
            return 0;
        }
    }
}
