using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Lab.Emulators.Bmc.Tests.Testbed;

/// <summary>Stands between a foreign client and the BMC, passes everything on, and has DMTF's schemas judge every answer afterwards.</summary>
internal sealed class AnswerJudge : IAsyncDisposable
{
    // Headers of one connection (RFC 9110 §7.6.1), and what either side's server sets itself.
    private static readonly HashSet<string> OwnHeaders =
        new(["Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length", "Host", "Date", "Upgrade"], StringComparer.OrdinalIgnoreCase);

    private readonly WebApplication app;
    private readonly HttpClient bmc;
    private readonly ConcurrentQueue<JsonNode> answers = new();

    private AnswerJudge(HttpClient bmc, X509Certificate2? certificate)
    {
        this.bmc = bmc;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
                listen.UseHttps(certificate);
        }));
        app = builder.Build();
        app.Run(PassOnAsync);
    }

    public Uri Address => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <param name="bmc">Reaches the BMC and adds nothing to requests; is disposed of with the judge.</param>
    /// <param name="certificateFile">The BMC's certificate and key, for HTTPS; null for HTTP.</param>
    public static async Task<AnswerJudge> StartAsync(HttpClient bmc, string? certificateFile, CancellationToken token)
    {
        var judge = new AnswerJudge(bmc, certificateFile is null ? null : X509Certificate2.CreateFromPemFile(certificateFile, certificateFile));
        await judge.app.StartAsync(token);
        return judge;
    }

    /// <summary>Fails unless there were at least so many answers with a body, and all of them are valid.</summary>
    public async Task AllAreValidAsync(int atLeast, CancellationToken token)
    {
        Assert.True(answers.Count >= atLeast, $"{answers.Count} answers");
        var verdict = await SchemaJudge.ValidateAsync(answers, token);
        Assert.True(verdict == "errors: 0", verdict);
    }

    private async Task PassOnAsync(HttpContext context)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), context.Request.Path + context.Request.QueryString);
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        if (body.Length > 0 || context.Request.ContentType is not null)
            request.Content = new ByteArrayContent(body.ToArray());
        foreach (var (name, values) in context.Request.Headers)
            if (!OwnHeaders.Contains(name) && !request.Headers.TryAddWithoutValidation(name, values.ToArray()))
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
        using var answer = await bmc.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
            if (!OwnHeaders.Contains(name))
                context.Response.Headers[name] = values.ToArray();
        var content = await answer.Content.ReadAsByteArrayAsync(context.RequestAborted);
        // The root of versions and OData's service document have no type, and no schema of DMTF's.
        if (answer.Content.Headers.ContentType?.MediaType == "application/json" && JsonNode.Parse(content) is JsonObject told
            && (told.ContainsKey("@odata.type") || told.ContainsKey("error")))
            answers.Enqueue(told);
        if (content.Length > 0)
            await context.Response.Body.WriteAsync(content, context.RequestAborted);
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
        bmc.Dispose();
    }
}
