using System.Net;
using System.Net.Sockets;
using System.Text;
using Lab.Interop.Linux;

namespace Lab.Interop.Tests.Linux;

public sealed class NetworkNamespaceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Http_ThroughNamespace_ReachesItsServerAndNothingOutsideDoes()
    {
        using var inside = new TestNamespace();
        using var listener = inside.Namespace.CreateListenSocket(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        var serving = ServeOnceAsync(listener);

        using var client = new HttpClient(new SocketsHttpHandler { ConnectCallback = inside.Namespace.ConnectAsync });
        Assert.Equal("inside", await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/"), Token));
        await serving;

        using var outside = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var refused = await Assert.ThrowsAsync<SocketException>(async () => await outside.ConnectAsync(IPAddress.Loopback, port, Token));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    [Fact]
    public void Run_Ended_LeavesTheCallerWhereItWas()
    {
        using var inside = new TestNamespace();
        static string Where() => File.ResolveLinkTarget("/proc/thread-self/ns/net", returnFinalTarget: false)!.Name;
        var before = Where();

        Assert.NotEqual(before, inside.Namespace.Run(Where));
        Assert.Equal(before, Where());
    }

    [Fact]
    public void Run_WorkThatFails_TellsWhy()
    {
        using var inside = new TestNamespace();
        var failed = Assert.Throws<IOException>(() => inside.Namespace.Run<int>(() => throw new InvalidOperationException("no such luck")));
        Assert.Equal("no such luck", failed.Message);
        Assert.IsType<InvalidOperationException>(failed.InnerException);
    }

    [Fact]
    public async Task Connect_WhereNothingListens_IsRefused()
    {
        using var inside = new TestNamespace();
        await Assert.ThrowsAsync<SocketException>(() => inside.Namespace.ConnectAsync(new IPEndPoint(IPAddress.Loopback, 9), Token));
    }

    [Fact]
    public void Open_OfNoNamespace_SaysSo()
    {
        Assert.Throws<FileNotFoundException>(() => NetworkNamespace.Open("/run/netns/lab-test-none"));
        using var file = NetworkNamespace.Open("/etc/hostname");
        Assert.Contains("setns", Assert.Throws<IOException>(() => file.Run(() => 0)).Message, StringComparison.Ordinal);
    }

    private static async Task ServeOnceAsync(Socket listener)
    {
        using var connection = await listener.AcceptAsync(Token);
        await connection.ReceiveAsync(new byte[4096], Token);
        await connection.SendAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\ninside"), Token);
    }
}
