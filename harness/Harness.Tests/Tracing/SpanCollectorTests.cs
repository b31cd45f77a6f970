using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Lab.Harness.Tracing;

namespace Lab.Harness.Tests.Tracing;

public sealed class SpanCollectorTests : IAsyncLifetime
{
    private const string Trace = "0102030405060708090a0b0c0d0e0f10";

    private readonly HttpClient http = new();
    private SpanCollector collector = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        // An answer before the body is no broken connection then.
        http.DefaultRequestHeaders.ExpectContinue = true;
        Socket? listening = null;
        collector = await SpanCollector.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), endpoint =>
        {
            listening = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            listening.Bind(endpoint);
            return listening;
        }, Token);
        http.BaseAddress = new Uri($"http://{listening!.LocalEndPoint}/");
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await collector.DisposeAsync();
    }

    private async Task<HttpResponseMessage> PostAsync(byte[] body)
    {
        using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-protobuf") } };
        return await http.PostAsync(new Uri("v1/traces", UriKind.Relative), content, Token);
    }

    [Fact]
    public async Task Post_OfSpans_AreKeptByTraceInTheOrderOfTheirStart()
    {
        using var answer = await PostAsync(OtlpMessage.Request("agent",
            OtlpMessage.Span(Trace, "2122232425262728", "second", 200, 300),
            OtlpMessage.Span(Trace, "1112131415161718", "first", 100, 300),
            OtlpMessage.Span("ff" + Trace[2..], "1112131415161718", "other", 1, 2)));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/x-protobuf", answer.Content.Headers.ContentType?.MediaType);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Token));
        Assert.Equal(["first", "second"], collector.OfTrace(Trace).Select(s => s.Name));
    }

    [Fact]
    public async Task Post_OfWhatIsNoRequest_IsRefusedAndKeepsNothing()
    {
        var good = OtlpMessage.Request("agent", OtlpMessage.Span(Trace, "1112131415161718", "first", 100, 300));
        foreach (var body in new byte[][]
        {
            [.. good, 0x0a, 0xff],
            [.. good, .. OtlpMessage.Request("agent", OtlpMessage.Span(Trace, "2122232425262728", "backwards", 2, 1))],
        })
        {
            using var answer = await PostAsync(body);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }
        Assert.Empty(collector.OfTrace(Trace));
    }

    [Fact]
    public async Task Post_OfTooMuch_IsRefused()
    {
        using var answer = await PostAsync(new byte[OtlpTraceRequest.BytesMax + 1]);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }
}
