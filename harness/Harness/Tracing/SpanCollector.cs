using System.Collections.Concurrent;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lab.Harness.Tracing;

/// <summary>Receives OTLP over HTTP (POST /v1/traces, protobuf) from manager and agents and keeps the spans by trace.</summary>
public sealed class SpanCollector : IAsyncDisposable
{
    public const int SpansMax = 200_000;

    private readonly WebApplication application;
    private readonly ConcurrentQueue<CollectedSpan> spans = new();

    private SpanCollector(WebApplication application) => this.application = application;

    public IReadOnlyList<CollectedSpan> OfTrace(string traceId) => [.. spans.Where(s => s.TraceId == traceId).OrderBy(s => s.Start)];

    /// <param name="bind">Opens the listening socket: inside the testbed's network namespace.</param>
    public static async Task<SpanCollector> StartAsync(
        System.Net.IPEndPoint endpoint, Func<System.Net.EndPoint, System.Net.Sockets.Socket> bind, CancellationToken token)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<SocketTransportOptions>(o => o.CreateBoundListenSocket = bind);
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.Limits.MaxRequestBodySize = OtlpTraceRequest.BytesMax;
            k.Listen(endpoint);
        });
        var collector = new SpanCollector(builder.Build());
        collector.application.MapPost("/v1/traces", collector.ReceiveAsync);
        await collector.application.StartAsync(token);
        return collector;
    }

    public async ValueTask DisposeAsync() => await application.DisposeAsync();

    private async Task<IResult> ReceiveAsync(HttpRequest request, CancellationToken token)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, token);
        try
        {
            foreach (var span in OtlpTraceRequest.Read(body.ToArray()))
                if (spans.Count < SpansMax)
                    spans.Enqueue(span);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidDataException)
        {
            return Results.BadRequest(e.Message);
        }
        // An empty ExportTraceServiceResponse: all taken.
        return Results.Bytes([], "application/x-protobuf");
    }
}
