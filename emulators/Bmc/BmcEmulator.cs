using System.Net;
using System.Security.Cryptography;
using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Console;
using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Ipmi;
using Lab.Emulators.Bmc.Machine;
using Lab.Emulators.Bmc.Profiles;
using Lab.Emulators.Bmc.Redfish;
using Lab.Emulators.Bmc.Redfish.Resources;
using Lab.Emulators.Bmc.State;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Lab.Emulators.Bmc;

/// <summary>One emulated BMC: a device state, its Redfish and IPMI fronts, its serial console.</summary>
public static class BmcEmulator
{
    private const int RequestBytesMax = 64 * 1024;

    public static WebApplication Build(BmcOptions options)
    {
        Directory.CreateDirectory(options.StateDirectory);
        var time = TimeProvider.System;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true)
            .AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.AddRoutingCore();

        IEnumerable<IPAddress> addresses = options.Sideband is null ? [options.Listen.Address] : [options.Listen.Address, options.Sideband.Address];
        var certificate = BmcCertificate.LoadOrCreate(options.StateDirectory, options.SerialNumber, addresses, time);
        builder.Services.AddSingleton(services => CreateInstance(options, services.GetRequiredService<ILoggerFactory>(), time));
        builder.Services.AddHostedService(services =>
        {
            var bmc = services.GetRequiredService<BmcInstance>();
            var lifetime = services.GetRequiredService<IHostApplicationLifetime>();
            var ipmi = new IpmiFront(
                bmc, options.StateDirectory, new IpmiEndpoints(options.Ipmi, options.IpmiSocket), BmcCertificate.Fingerprint(certificate),
                lifetime.StopApplication, RandomNumberGenerator.Fill, services.GetRequiredService<ILoggerFactory>());
            return new BmcWorker(bmc, ipmi);
        });
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RequestBytesMax;
            Listen(kestrel, options.Listen, isSideband: false);
            if (options.Sideband is not null)
                Listen(kestrel, options.Sideband, isSideband: true);
        });

        var app = builder.Build();
        app.UseWebSockets();
        app.UseMiddleware<RedfishPipeline>();
        app.UseRouting();
        app.MapServiceRoot();
        app.MapSystem();
        app.MapConsole();
        app.MapChassis();
        app.MapManager();
        app.MapSessions();
        app.MapAccounts();
        app.UseEndpoints(_ => { });
        return app;

        void Listen(KestrelServerOptions kestrel, IPEndPoint address, bool isSideband) => kestrel.Listen(address, listen =>
        {
            // WebSockets over HTTP/2 are more than clients of BMCs speak.
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection =>
            {
                var bmc = listen.ApplicationServices.GetRequiredService<BmcInstance>();
                connection.Features.Set(new RedfishConnection(bmc, isSideband));
                return next(connection);
            });
            listen.UseHttps(certificate);
        });
    }

    private static BmcInstance CreateInstance(BmcOptions options, ILoggerFactory loggers, TimeProvider time)
    {
        string InState(string file) => Path.Combine(options.StateDirectory, file);
        var machine = new LibvirtMachine(options.LibvirtUri, options.DomainName, time);
        var device = new DeviceController(machine, new DeviceStateStore(options.StateDirectory), time, loggers.CreateLogger<DeviceController>());
        var console = new SerialConsole(options.ConsoleSocket, new ConsoleLog(InState("console.ring")), loggers.CreateLogger<SerialConsole>());
        return new BmcInstance(
            options.StateDirectory,
            options.DomainName,
            options.SerialNumber,
            ProfileCatalog.Load(ProfileCatalog.Generic),
            machine,
            device,
            new AccountStore(options.StateDirectory, options.UserName, options.Password, time),
            new SessionStore(time),
            console,
            time);
    }
}
