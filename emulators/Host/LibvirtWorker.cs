using Lab.Interop.Libvirt;
using Microsoft.Extensions.Hosting;

namespace Lab.Emulators.Host;

/// <summary>Keeps the link to libvirt up for as long as the process runs.</summary>
internal sealed class LibvirtWorker(LibvirtLink link) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => link.RunAsync(stoppingToken);
}
