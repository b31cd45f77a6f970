using System.Net.Sockets;

namespace Lab.Emulators.Sockets;

internal static class UnixSockets
{
    /// <summary>An address holds 107 bytes and a zero (unix(7)).</summary>
    /// <exception cref="IOException">The path is longer.</exception>
    public static UnixDomainSocketEndPoint EndPoint(string path)
    {
        try
        {
            return new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new IOException($"{path} is too long for a Unix socket", e);
        }
    }
}
