using System.Net;
using System.Security.Cryptography.X509Certificates;
using Lab.Manager.Configuration;
using Lab.Manager.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Lab.Manager.Tests.Fixtures;

/// <summary>A manager in this process, on free ports of the loopback, with its state in a directory of its own.</summary>
internal sealed class RunningManager : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly bool keepState;

    private RunningManager(WebApplication app, string stateDirectory, bool keepState)
    {
        this.app = app;
        this.keepState = keepState;
        StateDirectory = stateDirectory;
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToList();
        PublicUrl = new Uri(addresses[0]);
        LinkUrl = new Uri(addresses[1]);
        Authority = X509Certificate2.CreateFromPem(File.ReadAllText(Path.Combine(stateDirectory, "ca.pem")));
    }

    public string StateDirectory { get; }
    public Uri PublicUrl { get; }
    public Uri LinkUrl { get; }
    public X509Certificate2 Authority { get; }
    public IServiceProvider Services => app.Services;

    public static async Task<RunningManager> StartAsync(
        Func<ManagerOptions, ManagerOptions>? configure = null, Action<IServiceCollection>? customise = null, string? stateDirectory = null)
    {
        var directory = stateDirectory ?? Directory.CreateTempSubdirectory("manager-test-").FullName;
        var options = new ManagerOptions
        {
            StateDirectory = directory,
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Link = new IPEndPoint(IPAddress.Loopback, 0),
            // Nobody listens there; a test that wants storage says where, or puts a target of its own in.
            Storage = new Uri("https://127.0.0.1:1"),
        };
        var app = ManagerHost.Build(configure?.Invoke(options) ?? options, customise);
        await app.StartAsync();
        return new RunningManager(app, directory, keepState: stateDirectory is not null);
    }

    /// <summary>A client that trusts this manager's authority alone.</summary>
    public HttpClient CreateClient(string? token = null)
    {
        var client = new HttpClient(CreateHandler()) { BaseAddress = PublicUrl };
        if (token is not null)
            client.DefaultRequestHeaders.Add("X-Auth-Token", token);
        return client;
    }

    public SocketsHttpHandler CreateHandler()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(Authority);
        return new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } };
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        Authority.Dispose();
        if (!keepState)
            Directory.Delete(StateDirectory, recursive: true);
    }
}
