using System.Net;
using System.Runtime.InteropServices;
using Lab.Manager.Configuration;
using Lab.Manager.Http;
using Lab.Manager.Pki;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Lab.Manager.Hosting;

/// <summary>Builds and runs the manager's one web application with its two planes, each on its own endpoint.</summary>
internal static partial class ManagerHost
{
    public const int InfrastructureFailure = 3;

    public static async Task<int> RunAsync(ManagerOptions options, CancellationToken token)
    {
        try
        {
            await using var app = Build(options);
            await app.StartAsync(token);
            var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToList();
            LogServing(app.Logger, addresses[0], addresses[1]);
            await app.WaitForShutdownAsync(token);
            return 0;
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception e) when (e is ManagerException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync("manager: " + e.Message);
            return InfrastructureFailure;
        }
    }

    /// <param name="customise">Last word on the services; tests replace clocks and fronts here.</param>
    public static WebApplication Build(ManagerOptions options, Action<IServiceCollection>? customise = null)
    {
        PrepareStateDirectory(options.StateDirectory);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            console.UseUtcTimestamp = true;
        });
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // A start that fails ends with one line of its own.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.Services.AddManager(options);
        customise?.Invoke(builder.Services);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            var authority = kestrel.ApplicationServices.GetRequiredService<CertificateAuthority>();
            var certificate = authority.IssueServer(ServerNames(options));
            kestrel.Listen(options.Listen, listen => Plane.Public.Serve(listen, https => https.ServerCertificate = certificate));
            kestrel.Listen(options.Link, listen => Plane.Link.Serve(listen, https =>
            {
                https.ServerCertificate = certificate;
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.ClientCertificateValidation = (client, _, _) => authority.Issued(client);
            }));
        });
        var app = builder.Build();
        app.MapManager();
        return app;
    }

    private static void PrepareStateDirectory(string directory)
    {
        try
        {
            if (!Directory.Exists(directory))
                Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ManagerException($"state directory {directory}: {e.Message}", e);
        }
    }

    private static List<string> ServerNames(ManagerOptions options)
    {
        var names = new List<string> { "localhost", IPAddress.Loopback.ToString(), options.Listen.Address.ToString(), options.Link.Address.ToString() };
        if (Uri.TryCreate(options.PublicUrl, UriKind.Absolute, out var url))
            names.Add(url.Host.Trim('[', ']'));
        return names.Distinct(StringComparer.OrdinalIgnoreCase).ToList();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Serving {PublicUrl}, agents at {LinkUrl}")]
    private static partial void LogServing(ILogger logger, string publicUrl, string linkUrl);
}
