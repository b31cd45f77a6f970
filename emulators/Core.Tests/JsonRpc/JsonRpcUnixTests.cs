using System.Net.Sockets;
using System.Text.Json.Nodes;
using Lab.Emulators.JsonRpc;
using Lab.Protocols.JsonRpc;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lab.Emulators.Tests.JsonRpc;

public sealed class JsonRpcUnixTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("rpc-").FullName;

    private string SocketPath => Path.Combine(directory, "s");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task Server_OverASocketLeftBehind_Starts()
    {
        // A killed process leaves the name of its socket: under another name, it survives Dispose here.
        var bound = Path.Combine(directory, "bound");
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            left.Bind(new UnixDomainSocketEndPoint(bound));
            File.Move(bound, SocketPath);
        }
        Assert.True(File.Exists(SocketPath));
        await using var server = Start();
        await using var client = new JsonRpcUnixClient(SocketPath);
        Assert.Equal("pong", (await client.InvokeAsync("ping", null, CancellationToken.None)).GetString());
    }

    [Fact]
    public async Task Server_WhereAnotherServes_IsRefusedAndTheOtherGoesOn()
    {
        await using var server = Start();
        Assert.Throws<IOException>(Start);
        await using var client = new JsonRpcUnixClient(SocketPath);
        Assert.Equal("pong", (await client.InvokeAsync("ping", null, CancellationToken.None)).GetString());
    }

    [Fact]
    public async Task Client_ServerRestarted_ConnectsAgain()
    {
        await using var client = new JsonRpcUnixClient(SocketPath);
        await Assert.ThrowsAsync<IOException>(() => client.InvokeAsync("ping", null, CancellationToken.None));
        for (var life = 0; life < 3; life++)
        {
            await using var server = Start();
            Assert.Equal("pong", (await client.InvokeAsync("ping", null, CancellationToken.None)).GetString());
            await server.DisposeAsync();
            await client.Disconnected;
        }
    }

    [Fact]
    public void Path_LongerThanAnAddress_IsAClearError() =>
        Assert.Throws<IOException>(() => JsonRpcUnixServer.Start("/tmp/" + new string('x', 200), new JsonRpcMethods(), NullLogger.Instance));

    private JsonRpcUnixServer Start() => JsonRpcUnixServer.Start(
        SocketPath,
        new JsonRpcMethods().Add("ping", (_, _) => Task.FromResult<JsonNode?>("pong")),
        NullLogger.Instance);
}
