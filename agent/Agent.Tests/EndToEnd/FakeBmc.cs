using Microsoft.Extensions.DependencyInjection;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Lab.Agent.Tests.EndToEnd;

/// <summary>A BMC in the test: system interface in bytes written by hand, Redfish under paths that only links lead to.</summary>
public sealed class FakeBmc : IAsyncDisposable
{
    private static readonly DateTimeOffset Start = TimeProvider.System.GetUtcNow().AddDays(-1);
    private readonly CancellationTokenSource stop = new();
    private readonly X509Certificate2 certificate;
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private WebApplication app = null!;
    private Task serving = Task.CompletedTask;
    private string password = "";
    private int issued;
    private int reads;

    private FakeBmc()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        certificate = new CertificateRequest("CN=bmc", key, HashAlgorithmName.SHA256).CreateSelfSigned(Start, Start.AddDays(10));
    }

    public static readonly Guid Uuid = Guid.Parse("7c4b5a1e-0000-4000-8000-000000000001");

    public Uri Address { get; private set; } = null!;
    public string IpmiSocket { get; private set; } = "";
    public bool IsOn { get; set; }
    public List<string> Resets { get; } = [];

    /// <summary>How often the host was read.</summary>
    public int Reads => reads;

    /// <summary>Accounts given out so far.</summary>
    public int Issued => issued;

    public static async Task<FakeBmc> StartAsync(string directory, CancellationToken token)
    {
        var bmc = new FakeBmc { IpmiSocket = Path.Combine(directory, "ipmi.sock") };
        bmc.listener.Bind(new UnixDomainSocketEndPoint(bmc.IpmiSocket));
        bmc.listener.Listen();
        bmc.serving = bmc.ServeIpmiAsync();
        await bmc.ServeRedfishAsync(token);
        return bmc;
    }

    /// <summary>The BMC was reset: it knows none of the accounts it gave.</summary>
    public void ForgetAccounts() => password = "";

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await serving;
        await app.DisposeAsync();
        certificate.Dispose();
        stop.Dispose();
    }

    private async Task ServeIpmiAsync()
    {
        try
        {
            while (true)
            {
                using var socket = await listener.AcceptAsync(stop.Token);
                await using var stream = new NetworkStream(socket);
                await AnswerAsync(stream);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        var frame = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one, stop.Token) > 0)
        {
            if (one[0] is not (0xA0 or 0xA1))
            {
                frame.Add(one[0]);
                continue;
            }
            if (one[0] == 0xA0)
                await stream.WriteAsync(Response(frame), stop.Token);
            frame.Clear();
        }
    }

    /// <summary>Requests as DSP0270 has them: NetFn 2Ch shifted by two is B0h, group 52h; 01h asks for the fingerprint, 02h for an account.</summary>
    private byte[] Response(List<byte> frame)
    {
        byte[] data = frame switch
        {
            [_, 0xB0, 0x01, 0x52, 0x01, _] => [0x00, 0x52, 0x01, .. SHA256.HashData(certificate.RawData)],
            // Control byte A5h and no byte of it or of the rest needs an escape.
            [_, 0xB0, 0x02, 0x52, 0xA5, _] => [0x00, 0x52, .. NewAccount()],
            _ => [0xC1],
        };
        byte[] message = [frame[0], 0xB4, frame[2], .. data];
        message = [.. message, (byte)(0x100 - (message.Sum(b => b) & 0xFF))];
        return [.. message.SelectMany(b => b is 0xA0 or 0xA1 or 0xAA ? (byte[])[0xAA, (byte)(b | 0x10)] : [b]), 0xA0];
    }

    private byte[] NewAccount()
    {
        password = $"pw{Interlocked.Increment(ref issued)}";
        return [.. Encoding.ASCII.GetBytes("agent".PadRight(16, '\0')), .. Encoding.ASCII.GetBytes(password.PadRight(16, '\0'))];
    }

    private async Task ServeRedfishAsync(CancellationToken token)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        app = builder.Build();
        app.Use(async (context, next) =>
        {
            if (context.Request.Headers.Authorization == "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes("agent:" + password)))
                await next(context);
            else
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        });
        app.UseRouting();
        Map("/redfish/v1/", () => new JsonObject { ["Systems"] = Link("/x/systems") });
        Map("/x/systems", () => new JsonObject { ["Members"] = new JsonArray(Link("/x/host")) });
        Map("/x/host", () =>
        {
            Interlocked.Increment(ref reads);
            return System();
        });
        Map("/x/logs", () => new JsonObject { ["Members"] = new JsonArray(Link("/x/logs/sel"), Link("/x/logs/con")) });
        Map("/x/logs/sel", () => new JsonObject { ["Id"] = "SEL", ["Name"] = "System events" });
        Map("/x/logs/con", () => new JsonObject { ["Id"] = "HostConsole", ["Entries"] = Link("/x/logs/con/e") });
        Map("/x/logs/con/e", () => new JsonObject { ["Members"] = new JsonArray(new JsonObject { ["AdditionalDataURI"] = "/x/text" }) });
        app.MapGet("/x/text", () => "first\nsecond\nlogin: ");
        app.MapPost("/x/reset", async (HttpContext context) =>
        {
            var type = (await JsonNode.ParseAsync(context.Request.Body))!["ResetType"]!.GetValue<string>();
            lock (Resets)
                Resets.Add(type);
            IsOn = type is "On" or "ForceRestart" or "GracefulRestart";
        });
        app.UseEndpoints(_ => { });
        await app.StartAsync(token);
        Address = new Uri(app.Urls.Single());
    }

    private JsonObject System() => new()
    {
        ["@odata.id"] = "/x/host",
        ["UUID"] = Uuid.ToString(),
        ["PowerState"] = IsOn ? "On" : "Off",
        ["ProcessorSummary"] = new JsonObject { ["Count"] = 1, ["LogicalProcessorCount"] = 2 },
        ["MemorySummary"] = new JsonObject { ["TotalSystemMemoryGiB"] = 0.5 },
        ["LogServices"] = Link("/x/logs"),
        ["Actions"] = new JsonObject { ["#ComputerSystem.Reset"] = new JsonObject { ["target"] = "/x/reset" } },
    };

    private void Map(string path, Func<JsonObject> resource) => app.MapGet(path, () => Results.Text(resource().ToJsonString(), "application/json"));

    private static JsonObject Link(string path) => new() { ["@odata.id"] = path };
}
