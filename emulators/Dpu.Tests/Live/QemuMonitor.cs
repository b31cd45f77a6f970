using System.Net.Sockets;
using System.Text.Json.Nodes;
using Lab.Protocols.JsonRpc;
using Lab.Protocols.Qmp;

namespace Lab.Emulators.Dpu.Tests.Live;

/// <summary>QMP of a QEMU that a test started.</summary>
internal static class QemuMonitor
{
    /// <summary>A chardev that connects, and does so again within a second of a loss.</summary>
    public static JsonObject SocketBackend(string path) => new()
    {
        ["id"] = "c",
        ["backend"] = new JsonObject
        {
            ["type"] = "socket",
            ["data"] = new JsonObject
            {
                ["addr"] = new JsonObject { ["type"] = "unix", ["data"] = new JsonObject { ["path"] = path } },
                ["server"] = false,
                ["reconnect"] = 1,
            },
        },
    };

    /// <param name="onEvent">Hears the names of QEMU's events.</param>
    public static async Task<QmpConnection> ConnectAsync(string path, Action<string>? onEvent = null)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        return await QmpConnection.OpenAsync(new StreamJsonRpcChannel(new NetworkStream(socket, ownsSocket: true)), heard => onEvent?.Invoke(heard.Name), default);
    }
}
