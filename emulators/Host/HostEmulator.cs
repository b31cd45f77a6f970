using Lab.Emulators.Host.Pcie;
using Lab.Interop.Libvirt;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Host;

/// <summary>One emulated host: its domain's definition and the service that plugs PCI functions into it.</summary>
public static class HostEmulator
{
    public static IHost Build(HostOptions options)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Services
            .AddSingleton(TimeProvider.System)
            .AddSingleton(services =>
            {
                PcieBus? bus = null;
                var link = new LibvirtLink(options.LibvirtUri, services.GetRequiredService<TimeProvider>(), connection => bus!.Observe(connection));
                bus = new PcieBus(
                    options.Definition,
                    options.VhostDirectory,
                    link,
                    services.GetRequiredService<TimeProvider>(),
                    services.GetRequiredService<ILogger<PcieBus>>());
                return new Bus(link, bus);
            })
            .AddHostedService(services => new LibvirtWorker(services.GetRequiredService<Bus>().Link))
            .AddHostedService(services => new PcieServer(
                options.PcieSocket, services.GetRequiredService<Bus>().Pcie, services.GetRequiredService<ILogger<PcieServer>>()));
        return builder.Build();
    }

    /// <summary>Link and bus know each other, so they are made together.</summary>
    private sealed record Bus(LibvirtLink Link, PcieBus Pcie) : IDisposable
    {
        public void Dispose() => Pcie.Dispose();
    }
}
