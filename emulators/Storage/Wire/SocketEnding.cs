using System.Net.Sockets;

namespace Lab.Emulators.Storage.Wire;

internal static class SocketEnding
{
    /// <summary>Ends a connection, or one direction of it, from any thread: blocked calls return. One that has ended by itself stays so.</summary>
    public static void End(this Socket socket, SocketShutdown how = SocketShutdown.Both)
    {
        try
        {
            socket.Shutdown(how);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // It ended by itself.
        }
    }
}
