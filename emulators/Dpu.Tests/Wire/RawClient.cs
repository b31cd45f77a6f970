using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lab.Emulators.Dpu.Tests.Wire;

/// <summary>A JSON-RPC client that knows nothing of the code under test: bytes on a Unix socket, answers by newline.</summary>
internal sealed class RawClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly StreamReader reader;
    private int lastId;

    public RawClient(string path)
    {
        socket.Connect(new UnixDomainSocketEndPoint(path));
        reader = new StreamReader(new NetworkStream(socket));
    }

    public async Task SendAsync(string text) => await socket.SendAsync(Encoding.UTF8.GetBytes(text));

    /// <returns>Null when the server closed.</returns>
    public Task<string?> ReadLineAsync() => reader.ReadLineAsync().WaitAsync(Patience);

    /// <returns>The whole answer.</returns>
    public async Task<JsonNode> CallAsync(string method, JsonNode? parameters = null)
    {
        var id = ++lastId;
        var request = new JsonObject { ["jsonrpc"] = "2.0", ["method"] = method, ["id"] = id };
        if (parameters is not null)
            request["params"] = parameters;
        await SendAsync(request.ToJsonString());
        var answer = JsonNode.Parse(await ReadLineAsync() ?? throw new IOException("closed"))!;
        Assert.Equal(id, (int)answer["id"]!);
        return answer;
    }

    public async Task<JsonNode?> ResultAsync(string method, JsonNode? parameters = null)
    {
        var answer = await CallAsync(method, parameters);
        Assert.True(answer["error"] is null, $"{method}: {answer.ToJsonString()}");
        return answer["result"];
    }

    public async Task AssertErrorAsync(int code, string message, string method, JsonNode? parameters = null)
    {
        var answer = await CallAsync(method, parameters);
        Assert.Equal(
            $$"""{"code":{{code}},"message":"{{message}}"}""",
            answer["error"]?.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) ?? answer.ToJsonString());
    }

    public void Dispose()
    {
        reader.Dispose();
        socket.Dispose();
    }
}
