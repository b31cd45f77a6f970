using System.Net.Sockets;

namespace Lab.Emulators.Storage.Wire;

/// <summary>
/// What goes to a client, through one buffer. Whoever answers holds <see cref="Gate"/> from <see cref="Reserve"/> to the end of
/// <see cref="Commit"/> and while it sends. A lost connection swallows what is sent; the input tells of it.
/// </summary>
internal sealed class SocketOutput(Socket socket)
{
    /// <summary>Bytes of the longest piece that <see cref="Reserve"/> gives.</summary>
    public const int ReserveBytesMax = 257 * 1024;

    private readonly byte[] buffer = new byte[ReserveBytesMax + (64 * 1024)];
    private int waiting;
    private bool lost;

    public Lock Gate { get; } = new();

    /// <summary>Bytes that wait to be sent.</summary>
    public int Waiting => waiting;

    /// <summary>Room for an answer, which <see cref="Commit"/> then makes one.</summary>
    public Span<byte> Reserve(int count)
    {
        if (waiting + count > buffer.Length)
            Send();
        return buffer.AsSpan(waiting, count);
    }

    public void Commit(int count) => waiting += count;

    /// <summary>Sends what waits.</summary>
    public void Send()
    {
        Send(buffer.AsSpan(0, waiting));
        waiting = 0;
    }

    /// <summary>Sends what waits, and then these bytes.</summary>
    public void SendWith(ReadOnlySpan<byte> bytes)
    {
        Send();
        Send(bytes);
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty && !lost)
                bytes = bytes[socket.Send(bytes, SocketFlags.None)..];
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            lost = true;
            // No more is to come from a client that its answers do not reach.
            socket.End();
        }
    }
}
