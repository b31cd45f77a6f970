using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Threading.Channels;
using Lab.Contracts.Link;
using Lab.Protocols.JsonRpc;

namespace Lab.Manager.Tests.Fixtures;

/// <summary>What an agent answers to a spec.</summary>
internal delegate NodeStatus? AgentReaction(NodeSpec spec);

/// <summary>An agent on the real link: enrolled by a token, with a certificate, over a WebSocket. What it "does" is <see cref="React"/>.</summary>
internal sealed class FakeAgent : IAsyncDisposable
{
    private readonly X509Certificate2 certificate;
    private readonly X509Certificate2 authority;
    private readonly CancellationTokenSource stop = new();
    private readonly Channel<NodeSpec> specs = Channel.CreateUnbounded<NodeSpec>();
    private JsonRpcPeer? peer;
    private Task running = Task.CompletedTask;
    private Task reacting = Task.CompletedTask;

    private FakeAgent(string serial, X509Certificate2 certificate, X509Certificate2 authority)
    {
        Serial = serial;
        this.certificate = certificate;
        // Its own copy: the agent outlives managers.
        this.authority = X509CertificateLoader.LoadCertificate(authority.RawData);
    }

    public string Serial { get; }
    public Guid NodeId { get; private set; }
    public int Vcpus { get; set; } = 2;
    public int MemoryMib { get; set; } = 2048;
    public int FunctionsMax { get; set; } = 16;
    public string StorageAddress { get; set; } = "10.20.0.11";

    /// <summary>Null reports nothing for this spec.</summary>
    public AgentReaction React { get; set; } = Converged;
    public ConcurrentQueue<NodeSpec> Applied { get; } = new();
    public ConcurrentQueue<ResetRequest> Resets { get; } = new();
    public string Console { get; set; } = "login: ";
    public Task Ended => running;

    /// <summary>Refuses soft resets, as a BMC without them does.</summary>
    public bool HasNoSoftReset { get; set; }

    public NodeSpec? Last => Applied.LastOrDefault();

    public static NodeStatus Converged(NodeSpec spec) => new()
    {
        Generation = spec.Generation,
        Converged = true,
        Power = spec.Power,
        Volumes = [.. spec.Volumes.Select(v => new VolumeStatus(v.Id, FunctionState.Presented, v.Id.ToString()[..20], "00:02.0", "cold"))],
        Ports = [.. spec.Ports.Select(p => new PortStatus(p.Id, FunctionState.Presented, "00:03.0", "cold"))],
    };

    public static NodeStatus Working(NodeSpec spec, string? error = null) =>
        new() { Generation = spec.Generation, Converged = false, Power = PowerState.Off, Error = error };

    public static async Task<FakeAgent> EnrolAsync(Uri link, X509Certificate2 authority, string token, string? serial = null)
    {
        serial ??= "MT" + Guid.NewGuid().ToString("N")[..10].ToUpperInvariant();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + serial, key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        using var client = Client(link, authority);
        using var response = await client.PostAsJsonAsync(LinkPaths.Enrol, new EnrolRequest(token, serial, request), LinkJson.Default.EnrolRequest);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        var reply = JsonSerializer.Deserialize(text, LinkJson.Default.EnrolReply)!;
        using var bare = X509Certificate2.CreateFromPem(reply.CertificatePem);
        using var withKey = bare.CopyWithPrivateKey(key);
        return new FakeAgent(serial, X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null), authority);
    }

    public static HttpClient Client(Uri link, X509Certificate2 authority)
    {
        var handler = new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = Trust(authority) } };
        return new HttpClient(handler) { BaseAddress = link };
    }

    /// <summary>Dials and registers; from then on specs are answered until it is disposed or <see cref="LeaveAsync"/>.</summary>
    public async Task ConnectAsync(Uri link, CancellationToken token = default)
    {
        var socket = await DialAsync(link, token);
        var methods = new JsonRpcMethods()
            .Add(LinkMethods.Apply, (parameters, _) =>
            {
                var spec = parameters.Deserialize(LinkJson.Default.NodeSpec)!;
                if (Last is { } last && spec.Generation < last.Generation)
                    throw new JsonRpcException(LinkErrors.StaleGeneration, $"at generation {last.Generation}");
                Applied.Enqueue(spec);
                specs.Writer.TryWrite(spec);
                return Task.FromResult<System.Text.Json.Nodes.JsonNode?>(null);
            })
            .Add(LinkMethods.Reset, (parameters, _) =>
            {
                var request = parameters.Deserialize(LinkJson.Default.ResetRequest)!;
                if (HasNoSoftReset && request.Type == ResetType.GracefulRestart)
                    throw new JsonRpcException(LinkErrors.Bmc, "ActionParameterNotSupported");
                Resets.Enqueue(request);
                return Task.FromResult<System.Text.Json.Nodes.JsonNode?>(null);
            })
            .Add(LinkMethods.ReadConsole, LinkJson.Default.ConsoleRequest, LinkJson.Default.ConsoleReply, (request, _) =>
                Task.FromResult(new ConsoleReply(request.LinesMax is { } n ? string.Join('\n', Console.Split('\n').TakeLast(n)) : Console)));
        peer = new JsonRpcPeer(new WebSocketJsonRpcChannel(socket), methods);
        running = RunAsync(peer);
        var registration = new NodeRegistration
        {
            Serial = Serial,
            AgentVersion = "test",
            StorageAddress = StorageAddress,
            HostNqn = "nqn.2014-08.org.nvmexpress:uuid:" + Guid.NewGuid(),
            TunnelAddress = StorageAddress.Replace("10.20", "10.30", StringComparison.Ordinal),
            Inventory = new NodeInventory { SystemUuid = Guid.NewGuid(), Vcpus = Vcpus, MemoryMiB = MemoryMib, FunctionsMax = FunctionsMax },
        };
        var reply = await peer.InvokeAsync(
            LinkMethods.Register, registration, LinkJson.Default.NodeRegistration, LinkJson.Default.RegistrationReply, token);
        NodeId = reply.NodeId;
        if (reacting.IsCompleted)
            reacting = ReactAsync();
        // What it has now is what it was told last, as an agent reads it back from its DPU.
        await ReportAsync(Last is { } last ? React(last) : new NodeStatus { Generation = 0, Converged = true, Power = PowerState.Off });
    }

    public async Task<WebSocket> DialAsync(Uri link, CancellationToken token = default)
    {
        var socket = new ClientWebSocket();
        var handler = new SocketsHttpHandler
        {
            SslOptions = { CertificateChainPolicy = Trust(authority), ClientCertificates = [certificate] },
        };
        using var invoker = new HttpMessageInvoker(handler);
        await socket.ConnectAsync(new UriBuilder(link) { Scheme = "wss", Path = LinkPaths.Link }.Uri, invoker, token);
        return socket;
    }

    /// <summary>Reports again what <see cref="React"/> says of the last spec: after a test changed it.</summary>
    public Task ReportAgainAsync() => Last is { } last ? ReportAsync(React(last)) : Task.CompletedTask;

    public async Task LeaveAsync()
    {
        if (peer is not null)
            await peer.DisposeAsync();
        await running;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        specs.Writer.TryComplete();
        await LeaveAsync();
        await reacting;
        certificate.Dispose();
        authority.Dispose();
        stop.Dispose();
    }

    private static X509ChainPolicy Trust(X509Certificate2 authority)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(authority);
        return policy;
    }

    private async Task RunAsync(JsonRpcPeer connection)
    {
        try
        {
            await connection.RunAsync(stop.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or ObjectDisposedException or IOException)
        {
            // The test ended the connection, or killed the manager.
        }
    }

    /// <summary>One loop for all connections: what one manager said is not lost to the next.</summary>
    private async Task ReactAsync()
    {
        try
        {
            await foreach (var spec in specs.Reader.ReadAllAsync(stop.Token))
                await ReportAsync(React(spec));
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task ReportAsync(NodeStatus? status)
    {
        try
        {
            if (status is not null && peer is { } connection)
                await connection.NotifyAsync(LinkMethods.Status, JsonSerializer.SerializeToNode(status, LinkJson.Default.NodeStatus), stop.Token);
        }
        catch (Exception e) when (e is IOException or WebSocketException or ObjectDisposedException)
        {
            // The connection is over; the next one begins with a status.
        }
    }
}
