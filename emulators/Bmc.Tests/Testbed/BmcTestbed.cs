using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Lab.Emulators.Host.Tests.Testbed;
using Lab.Interop.Libvirt;
using Lab.Protocols.JsonRpc;

namespace Lab.Emulators.Bmc.Tests.Testbed;

/// <summary>Tests of the one host share it.</summary>
[CollectionDefinition(BmcTestbed.Collection)]
public sealed class OneHost : ICollectionFixture<BmcTestbed>;

/// <summary>
/// A BMC and a host emulator as processes of their own over a private libvirtd; the host has a bootable disk. Shared by all tests
/// that need the real thing, which therefore are in one collection.
/// </summary>
public sealed class BmcTestbed : IAsyncLifetime
{
    public const string Collection = "one host";
    public const string UserName = "admin";
    public const string Password = "not a secret";
    public const string DomainName = "hostbmc-b";
    public const string SerialNumber = "SN-0001";
    public static readonly TimeSpan BootTime = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(30);
    private readonly TestDirectory directory = new();
    private readonly string networkNamespace = $"hostbmc-{Environment.ProcessId}-bmc";
    private RunningProcess? bmc;
    private RunningProcess? host;
    private BlockBackend? disk;

    public RunningLibvirtd Libvirtd { get; private set; } = null!;
    public RunningProcess Bmc => bmc!;
    public Uri Address { get; private set; } = null!;
    public Uri Sideband { get; private set; } = null!;

    /// <summary>IPMI over LAN.</summary>
    public IPEndPoint Ipmi { get; private set; } = null!;
    public string CertificateFile => directory["bmc/certificate.pem"];
    public string IpmiSocket => directory["ipmi.sock"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await RunningProcess.RunAsync(["ip", "netns", "add", networkNamespace], Token);
        await RunningProcess.RunAsync(["ip", "-n", networkNamespace, "tuntap", "add", "dev", "tap0", "mode", "tap"], Token);
        Libvirtd = await RunningLibvirtd.StartAsync(directory["libvirt"], "/run/netns/" + networkNamespace, Token);
        Directory.CreateDirectory(directory["vhost"]);
        disk = await BlockBackend.StartAsync(await GuestImage.GetAsync(Token), directory["vhost/sys"], writable: false, Token);
        host = RunningProcess.Start([
            "dotnet", Program("Lab.Emulators.Host", "Lab.Emulators.Host"), "--libvirt", Libvirtd.Uri, "--name", DomainName, "--pcie-socket", directory["pcie.sock"],
            "--vhost-dir", directory["vhost"], "--console-socket", directory["console.sock"], "--state-dir", directory["host"],
            // Clients that count whole GiB find one.
            "--memory-mib", "1024",
        ]);
        await host.WaitForOutputAsync("PCIe service listens", StartTime, Token);
        await PcieAsync("pcie_plug", new JsonObject { ["id"] = "sys", ["type"] = "virtio-blk", ["socket"] = "sys", ["num_queues"] = 1 });
        await StartBmcAsync();
    }

    public async Task StartBmcAsync()
    {
        // The first start takes any port; later ones keep it, as clients expect.
        bmc = RunningProcess.Start(
            [
                "dotnet", Program("Lab.Cli", "lab"), "emulate", "bmc", "--libvirt", Libvirtd.Uri, "--domain", DomainName,
                "--serial-number", SerialNumber, "--redfish", $"127.0.0.1:{Address?.Port ?? 0}", "--sideband", $"127.0.0.1:{Sideband?.Port ?? 0}",
                "--ipmi", $"127.0.0.1:{Ipmi?.Port ?? 0}", "--ipmi-socket", IpmiSocket, "--console-socket", directory["console.sock"], "--state-dir", directory["bmc"], "--allow-local-urls",
            ],
            new Dictionary<string, string> { ["BMC_USER"] = UserName, ["BMC_PASSWORD"] = Password });
        Uri[] addresses = [];
        await Eventually.HoldsAsync("the BMC listens", StartTime, () =>
        {
            addresses = [.. Regex.Matches(bmc.Output, @"Redfish listens on (\S+)").Select(match => new Uri(match.Groups[1].Value))];
            return addresses.Length == 2 && bmc.Output.Contains("IPMI listens on", StringComparison.Ordinal);
        }, Token);
        (Address, Sideband) = (addresses[0], addresses[1]);
        Ipmi = IPEndPoint.Parse(Regex.Match(bmc.Output, @"IPMI listens on (\S+)").Groups[1].Value);
    }

    public async Task PcieAsync(string method, JsonObject parameters)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(directory["pcie.sock"]), Token);
        await using var peer = new JsonRpcPeer(new StreamJsonRpcChannel(new NetworkStream(socket, ownsSocket: true)));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = peer.RunAsync(stop.Token);
        await peer.InvokeAsync(method, parameters, Token);
        await stop.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    /// <summary>A client that trusts the BMC's certificate and nothing else.</summary>
    public HttpClient Client(bool sideband = false, string? userName = UserName, string password = Password)
    {
        var client = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => IsBmc(certificate) },
            AllowAutoRedirect = false,
        })
        {
            BaseAddress = sideband ? Sideband : Address,
        };
        if (userName is not null)
            client.DefaultRequestHeaders.Authorization = Basic(userName, password);
        return client;
    }

    /// <summary>The BMC as clients reach it whose answers are to be judged; it shows the BMC's certificate.</summary>
    internal Task<AnswerJudge> JudgeAsync() => AnswerJudge.StartAsync(Client(userName: null), CertificateFile, Token);

    public bool IsBmc(X509Certificate? certificate)
    {
        using var own = X509CertificateLoader.LoadCertificateFromFile(CertificateFile);
        return own.GetRawCertData().SequenceEqual(certificate!.GetRawCertData());
    }

    public static AuthenticationHeaderValue Basic(string userName, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{userName}:{password}")));

    public async Task<JsonNode> GetAsync(string path)
    {
        using var client = Client();
        return (await client.GetFromJsonAsync<JsonNode>(path, Token))!;
    }

    public async Task<HttpResponseMessage> ResetAsync(string type)
    {
        using var client = Client();
        return await client.PostAsJsonAsync(
            "/redfish/v1/Systems/1/Actions/ComputerSystem.Reset", new JsonObject { ["ResetType"] = type }, Token);
    }

    public async Task<string> PowerStateAsync() => (await GetAsync("/redfish/v1/Systems/1"))["PowerState"]!.GetValue<string>();

    public Task PowerIsAsync(string state, TimeSpan limit) =>
        Eventually.HoldsAsync("PowerState is " + state, limit, async () => await PowerStateAsync() == state, Token);

    /// <summary>On with its shell up and listening; what is on already stays.</summary>
    public async Task BootAsync()
    {
        if (await PowerStateAsync() != "On")
        {
            await BootAgainAsync("On");
            return;
        }
        // QEMU tries a serial port that a BMC left once a second, and what is typed before that is lost.
        await using var console = await ConsoleClient.ConnectAsync(this, since: null, Token);
        await console.GuestHearsAsync(StartTime, Token);
    }

    public async Task BootAgainAsync(string resetType)
    {
        await using var console = await ConsoleClient.ConnectAsync(this, since: null, Token);
        Assert.Equal(HttpStatusCode.NoContent, (await ResetAsync(resetType)).StatusCode);
        await console.WaitForAsync(GuestImage.Ready, BootTime, Token);
    }

    public bool IsDomainActive()
    {
        using var connection = LibvirtConnection.Open(Libvirtd.Uri);
        using var domain = connection.LookupDomain(DomainName);
        return domain.IsActive;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in new IAsyncDisposable?[] { bmc, host, Libvirtd, disk })
            if (process is not null)
                await process.DisposeAsync();
        await RunningProcess.RunAsync(["ip", "netns", "del", networkNamespace], CancellationToken.None);
        directory.Dispose();
    }

    /// <summary>A program that is built beside these tests.</summary>
    private static string Program(string project, string name)
    {
        var own = AppContext.BaseDirectory.TrimEnd('/');
        return Path.Combine(own, "../..", project, Path.GetFileName(own), name + ".dll");
    }
}
