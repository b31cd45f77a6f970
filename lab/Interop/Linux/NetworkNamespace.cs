using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lab.Interop.Linux;

/// <summary>
/// A network namespace (man 7 network_namespaces) that sockets can be opened in. A socket belongs to the namespace it was made in,
/// whichever thread uses it later.
/// </summary>
public sealed class NetworkNamespace : IDisposable
{
    private readonly SafeFileHandle handle;

    private NetworkNamespace(SafeFileHandle handle) => this.handle = handle;

    /// <param name="path"><c>/run/netns/NAME</c> or <c>/proc/PID/ns/net</c>.</param>
    /// <exception cref="IOException">There is none.</exception>
    public static NetworkNamespace Open(string path) => new(File.OpenHandle(path));

    /// <summary>Runs <paramref name="work"/> on a thread of its own inside the namespace; the thread ends with it, so no other work strays in.</summary>
    public T Run<T>(Func<T> work)
    {
        T result = default!;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                if (LinuxNative.setns(handle, LinuxNative.CLONE_NEWNET) != 0)
                    throw new Win32Exception(Marshal.GetLastPInvokeError(), "setns: " + Marshal.GetLastPInvokeErrorMessage());
                result = work();
            }
            catch (Exception e)
            {
                failure = e;
            }
        })
        { IsBackground = true, Name = "netns" };
        thread.Start();
        thread.Join();
        return failure is null ? result : throw new IOException(failure.Message, failure);
    }

    /// <summary>For SocketsHttpHandler.ConnectCallback.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken token) =>
        new NetworkStream(await ConnectAsync(new IPEndPoint(IPAddress.Parse(context.DnsEndPoint.Host), context.DnsEndPoint.Port), token), ownsSocket: true);

    public async Task<Socket> ConnectAsync(IPEndPoint endpoint, CancellationToken token)
    {
        var socket = Run(() => new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
        try
        {
            await socket.ConnectAsync(endpoint, token);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>For SocketTransportOptions.CreateBoundListenSocket.</summary>
    public Socket CreateListenSocket(EndPoint endpoint) => Run(() =>
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(endpoint);
        return socket;
    });

    public void Dispose() => handle.Dispose();
}
