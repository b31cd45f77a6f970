using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Lab.Emulators.Bmc.Media;

/// <summary>
/// Keeps what a client makes the BMC connect to (images, event destinations) from reaching the BMC's own machine: loopback, link-local
/// and unspecified addresses are refused unless allowed. The address connected to is the one that was checked.
/// </summary>
public sealed class UrlGuard(bool allowLocal)
{
    /// <exception cref="MediaException">The URL is none that may be used.</exception>
    public Uri Check(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new MediaException($"{url} is no http or https URL", isRefused: true);
        if (!allowLocal && (uri.IsLoopback || (IPAddress.TryParse(uri.DnsSafeHost, out var address) && IsLocal(address))))
            throw new MediaException($"{url} leads to this machine or link", isRefused: true);
        return uri;
    }

    /// <summary>A client whose connections go to allowed addresses alone, also behind names and redirects.</summary>
    public HttpMessageInvoker CreateClient(bool verifyCertificate)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false, ConnectCallback = ConnectAsync };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, errors) => errors == SslPolicyErrors.None || !verifyCertificate;
        return new HttpMessageInvoker(handler);
    }

    internal static bool IsLocal(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6Multicast || address.Equals(IPAddress.IPv6Any))
            return true;
        if (address.AddressFamily != AddressFamily.InterNetwork)
            return false;
        var bytes = address.GetAddressBytes();
        const byte MulticastFirst = 224;
        return bytes is [0, ..] or [127, ..] or [169, 254, ..] || bytes[0] >= MulticastFirst;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken token)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, token);
        var allowed = addresses.Where(address => allowLocal || !IsLocal(address)).ToArray();
        if (allowed.Length == 0)
            throw new MediaException($"{context.DnsEndPoint.Host} leads to this machine or link, or nowhere", isRefused: true);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <param name="isRefused">The BMC will not go there; else it could not.</param>
public sealed class MediaException(string message, bool isRefused, Exception? inner = null) : Exception(message, inner)
{
    public bool IsRefused => isRefused;
}
