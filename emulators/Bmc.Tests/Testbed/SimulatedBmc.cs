using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Text;
using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Faults;
using Lab.Emulators.Bmc.Machine;
using Lab.Emulators.Bmc.Profiles;
using Lab.Emulators.Bmc.Replay;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Lab.Emulators.Bmc.Tests.Testbed;

/// <summary>A BMC of a simulated machine in this process, over HTTP unless told otherwise, for one test.</summary>
internal sealed class SimulatedBmc : IAsyncDisposable
{
    public const string UserName = "admin";
    public const string Password = "not a secret";
    public const string System = "/redfish/v1/Systems/1";
    private readonly WebApplication app;

    private SimulatedBmc(WebApplication app)
    {
        this.app = app;
        Uri[] addresses = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address))];
        (Address, ControlAddress) = (addresses[0], addresses[^1]);
        Client = CreateClient(UserName, Password);
    }

    public Uri Address { get; }

    /// <summary>The administrator's.</summary>
    public HttpClient Client { get; }

    /// <summary>Where faults are set, with <c>withControl</c>.</summary>
    public Uri ControlAddress { get; }

    public FaultSet Faults => app.Services.GetRequiredService<FaultSet>();

    public BmcInstance Instance => app.Services.GetRequiredService<BmcFleet>().Instances[0];

    /// <summary>Where IPMI over LAN listens.</summary>
    public IPEndPoint Ipmi => app.Services.GetRequiredService<IpmiFleet>().Fronts[0].LanAddress!;

    /// <summary>Trusts the BMC's certificate, which it signed itself, and no other.</summary>
    public SslClientAuthenticationOptions Trust => new()
    {
        TargetHost = "bmc",
        RemoteCertificateValidationCallback = (_, shown, _, _) => Instance.Certificate.Current.RawDataMemory.Span.SequenceEqual(shown!.GetRawCertData()),
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<SimulatedBmc> StartAsync(
        string profile = ProfileCatalog.Generic, SimulatedTimes? times = null, bool allowsLocalUrls = false, string? stateDirectory = null,
        Func<DeviceProfile, DeviceProfile>? change = null, bool withControl = false, RecordedTree? replay = null, bool withIpmi = false,
        bool isPlain = true)
    {
        var loaded = ProfileCatalog.Load(profile);
        var options = new BmcOptions
        {
            Host = new SimulatedHost(times ?? new SimulatedTimes { Post = TimeSpan.Zero, Shutdown = TimeSpan.Zero }),
            Name = "machine",
            SerialNumber = "SN-0001",
            Profile = change?.Invoke(loaded) ?? loaded,
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            IsPlain = isPlain,
            Ipmi = withIpmi ? new IPEndPoint(IPAddress.Loopback, 0) : null,
            UserName = UserName,
            Password = Password,
            AllowsLocalUrls = allowsLocalUrls,
            StateDirectory = stateDirectory,
            Replay = replay,
            FirmwareApplyTime = TimeSpan.FromMilliseconds(300),
        };
        var app = BmcEmulator.Build([options], new FaultOptions { Control = withControl ? new IPEndPoint(IPAddress.Loopback, 0) : null });
        await app.StartAsync(Token);
        return new SimulatedBmc(app);
    }

    public HttpClient CreateClient(string? userName, string password = "")
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, SslOptions = Trust }) { BaseAddress = Address };
        if (userName is not null)
            client.DefaultRequestHeaders.Authorization =
                new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{userName}:{password}")));
        return client;
    }

    public async Task<JsonObject> GetAsync(string path)
    {
        using var response = await Client.GetAsync(path, Token);
        var body = await response.Content.ReadAsStringAsync(Token);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {(int)response.StatusCode} {body}");
        return JsonNode.Parse(body)!.AsObject();
    }

    public Task<HttpResponseMessage> PatchAsync(string path, string body) => Client.PatchAsync(path, Content(body), Token);

    public Task<HttpResponseMessage> PostAsync(string path, string body) => Client.PostAsync(path, Content(body), Token);

    public async Task ResetAsync(string type)
    {
        using var response = await PostAsync(System + "/Actions/ComputerSystem.Reset", $$"""{"ResetType":"{{type}}"}""");
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    public static StringContent Content(string body) => new(body, Encoding.UTF8, "application/json");

    public static async Task<string[]> MessagesAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        var text = await response.Content.ReadAsStringAsync(Token);
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode} {text}");
        return [.. JsonNode.Parse(text)!["error"]!["@Message.ExtendedInfo"]!.AsArray().Select(m => m!["MessageId"]!.GetValue<string>()["Base.1.22.".Length..])];
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
    }
}
