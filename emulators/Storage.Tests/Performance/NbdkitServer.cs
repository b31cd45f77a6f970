using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Lab.Emulators.Storage.Tests.Support;

namespace Lab.Emulators.Storage.Tests.Performance;

/// <summary>nbdkit with its file plugin on a loopback port, to compare with.</summary>
internal sealed class NbdkitServer : IDisposable
{
    private readonly Process process;

    private NbdkitServer(Process process, IPEndPoint address)
    {
        this.process = process;
        Url = $"nbd://{address}/";
    }

    public string Url { get; }

    public static async Task<NbdkitServer> StartAsync(string file, long sizeBytes)
    {
        await using (var disk = File.Create(file))
            disk.SetLength(sizeBytes);
        var address = FreePort();
        var process = Process.Start(
            "nbdkit", ["-f", "-i", $"{address.Address}", "-p", address.Port.ToString(CultureInfo.InvariantCulture), "file", file]);
        var server = new NbdkitServer(process, address);
        try
        {
            await Eventually.TrueAsync("nbdkit listens", () => !process.HasExited && IsListening(address));
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
    }

    private static IPEndPoint FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return new IPEndPoint(IPAddress.Loopback, ((IPEndPoint)socket.LocalEndPoint!).Port);
    }

    private static bool IsListening(IPEndPoint address)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(address);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
