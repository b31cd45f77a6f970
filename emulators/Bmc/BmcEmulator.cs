using System.Net;
using System.Security.Cryptography;
using Lab.Emulators.Bmc.Faults;
using Lab.Emulators.Bmc.Ipmi;
using Lab.Emulators.Bmc.Redfish;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Lab.Emulators.Bmc;

/// <summary>Emulated BMCs in one process: each a device state, its Redfish and IPMI fronts, its serial console.</summary>
public static class BmcEmulator
{
    private const int RequestBytesMax = 64 * 1024;

    public static WebApplication Build(params IReadOnlyList<BmcOptions> fleet) => Build(fleet, new FaultOptions());

    public static WebApplication Build(IReadOnlyList<BmcOptions> fleet, FaultOptions faults)
    {
        var time = TimeProvider.System;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true)
            .AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton<RedfishPipeline>();
        builder.Services.AddSingleton<FaultSet>();
        builder.Services.AddSingleton<FaultyFront>();
        builder.Services.AddSingleton<ControlPort>();
        builder.Services.AddSingleton(services => new BmcFleet(
        [
            .. fleet.Select(options => BmcFactory.Create(
                options,
                services.GetRequiredService<ILoggerFactory>(),
                time,
                services.GetRequiredService<IHostApplicationLifetime>().StopApplication)),
        ]));
        builder.Services.AddSingleton(services => new IpmiFleet(
        [
            .. fleet.Zip(services.GetRequiredService<BmcFleet>().Instances, (options, bmc) => new IpmiFront(
                bmc, options.StateDirectory, new IpmiEndpoints(options.Ipmi, options.IpmiSocket), RandomNumberGenerator.Fill,
                services.GetRequiredService<FaultSet>(), services.GetRequiredService<ILoggerFactory>())),
        ]));
        for (var i = 0; i < fleet.Count; i++)
            AddWorker(builder.Services, i);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RequestBytesMax;
            for (var i = 0; i < fleet.Count; i++)
            {
                Listen(kestrel, i, fleet[i].Listen, fleet[i].IsPlain, isSideband: false);
                if (fleet[i].Sideband is { } sideband)
                    Listen(kestrel, i, sideband, fleet[i].IsPlain, isSideband: true);
            }
            if (faults.Control is { } address)
                kestrel.Listen(address, listen => listen.Use(next => connection =>
                {
                    connection.Features.Set(new ControlConnection());
                    return next(connection);
                }));
        });

        var app = builder.Build();
        app.UseWebSockets();
        var front = app.Services.GetRequiredService<FaultyFront>();
        var control = app.Services.GetRequiredService<ControlPort>();
        foreach (var rule in fleet.SelectMany(one => one.Profile.Faults.Select(rule => rule with { Machine = one.Name })).Concat(faults.Rules))
            app.Services.GetRequiredService<FaultSet>().Add(rule);
        app.Run(context => context.Features.Get<ControlConnection>() is null ? front.InvokeAsync(context) : control.InvokeAsync(context));
        return app;
    }

    private static void AddWorker(IServiceCollection services, int index) => services.AddSingleton<IHostedService>(services =>
    {
        var bmc = services.GetRequiredService<BmcFleet>().Instances[index];
        var ipmi = services.GetRequiredService<IpmiFleet>().Fronts[index];
        return new BmcWorker(bmc, ipmi);
    });

    private static void Listen(KestrelServerOptions kestrel, int index, IPEndPoint address, bool isPlain, bool isSideband) => kestrel.Listen(address, listen =>
    {
        BmcInstance Bmc() => listen.ApplicationServices.GetRequiredService<BmcFleet>().Instances[index];
        // WebSockets over HTTP/2 are more than clients of BMCs speak.
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(next => connection =>
        {
            var bmc = Bmc();
            if (bmc.IsAway)
            {
                connection.Abort();
                return Task.CompletedTask;
            }
            connection.Features.Set(new RedfishConnection(bmc, isSideband));
            return next(connection);
        });
        if (!isPlain)
            listen.UseHttps(https => https.ServerCertificateSelector = (_, _) => Bmc().Certificate.Current);
    });
}

/// <summary>Marks a connection to <see cref="ControlPort"/>.</summary>
internal sealed record ControlConnection;

/// <summary>The BMCs of a process, in the order of their options.</summary>
internal sealed class BmcFleet(IReadOnlyList<BmcInstance> instances) : IDisposable
{
    internal IReadOnlyList<BmcInstance> Instances => instances;

    public void Dispose()
    {
        foreach (var bmc in instances)
            bmc.Dispose();
    }
}

/// <summary>Their IPMI fronts, in the same order.</summary>
internal sealed record IpmiFleet(IReadOnlyList<IpmiFront> Fronts);
