namespace Lab.Protocols.Tests.JsonRpc;

/// <summary>Bytes in, bytes out, as observed on a running SPDK v26.09-pre.</summary>
public sealed class JsonRpcWireTests
{
    private const string Invalid = """{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid request"}}""";

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","method":"version","id":1}""", """{"jsonrpc":"2.0","id":1,"result":"v1"}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"version","id":"abc"}""", """{"jsonrpc":"2.0","id":"abc","result":"v1"}""")]
    [InlineData("""{"method":"version","id":1}""", """{"jsonrpc":"2.0","id":1,"result":"v1"}""")]
    [InlineData("""{"jsonrpc":"1.0","method":"version","id":1}""", Invalid)]
    [InlineData("""{"jsonrpc":2.0,"method":"version","id":1}""", Invalid)]
    [InlineData("""{"jsonrpc":"2.0","id":1}""", Invalid)]
    [InlineData("""{"jsonrpc":"2.0","method":7,"id":1}""", Invalid)]
    [InlineData("""{"jsonrpc":"2.0","method":"version","params":1,"id":1}""", Invalid)]
    [InlineData("""{"jsonrpc":"2.0","method":"\ud800","id":1}""", Invalid)]
    [InlineData("[]", Invalid)]
    [InlineData("""[1]""", "[" + Invalid + "]")]
    [InlineData(
        """{"jsonrpc":"2.0","method":"nope","id":4}""",
        """{"jsonrpc":"2.0","id":4,"error":{"code":-32601,"message":"Method not found"}}""")]
    [InlineData(
        """{"jsonrpc":"2.0","method":"fail","id":6}""",
        """{"jsonrpc":"2.0","id":6,"error":{"code":-19,"message":"No such device"}}""")]
    [InlineData(
        """{"jsonrpc":"2.0","method":"bug","id":7}""",
        """{"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"no"}}""")]
    [InlineData(
        """[{"jsonrpc":"2.0","method":"version","id":1},{"jsonrpc":"2.0","method":"version"},{"jsonrpc":"2.0","method":"version","id":2}]""",
        """[{"jsonrpc":"2.0","id":1,"result":"v1"},{"jsonrpc":"2.0","id":2,"result":"v1"}]""")]
    public async Task Request_AnyForm_AnsweredAsSpdkDoes(string request, string answer)
    {
        await using var wire = new WireFixture();
        await wire.SendAsync(request);
        Assert.Equal(answer, await wire.ReadLineAsync());
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","method":"version"}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"version","id":null}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"nope"}""")]
    [InlineData("""[{"jsonrpc":"2.0","method":"fail"}]""")]
    public async Task Notification_OfAnything_GetsNoAnswer(string notification)
    {
        await using var wire = new WireFixture();
        await wire.SendAsync(notification + """{"jsonrpc":"2.0","method":"version","id":"next"}""");
        Assert.Equal("""{"jsonrpc":"2.0","id":"next","result":"v1"}""", await wire.ReadLineAsync());
    }

    [Fact]
    public async Task Requests_BackToBackAndCutAnywhere_AreAllAnsweredInOrder()
    {
        await using var wire = new WireFixture();
        foreach (var c in """ {"method":"version","id":1}{"method":"echo","params":["}{"],"id":2}""")
            await wire.SendAsync(c.ToString());
        Assert.Equal("""{"jsonrpc":"2.0","id":1,"result":"v1"}""", await wire.ReadLineAsync());
        Assert.Equal("""{"jsonrpc":"2.0","id":2,"result":["}{"]}""", await wire.ReadLineAsync());
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("\"text\"")]
    [InlineData("}")]
    [InlineData("{\"method\":\"\xff\",\"id\":1}")]
    public async Task Garbage_OnTheStream_EndsTheConnection(string garbage)
    {
        await using var wire = new WireFixture();
        await wire.SendAsync(garbage + " ");
        await Assert.ThrowsAsync<InvalidDataException>(() => wire.Running);
    }

    [Fact]
    public async Task Close_AfterAWholeText_EndsQuietly()
    {
        await using var wire = new WireFixture();
        await wire.SendAsync("""{"method":"version","id":1}""" + "\n");
        Assert.NotEmpty(await wire.ReadLineAsync());
        await wire.CloseAsync();
        await wire.Running;
    }
}
