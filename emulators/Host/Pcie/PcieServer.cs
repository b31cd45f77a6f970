using Lab.Emulators.JsonRpc;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lab.Emulators.Host.Pcie;

/// <summary>Serves <see cref="PcieMethods"/> on a Unix socket once the domain is defined.</summary>
internal sealed partial class PcieServer(string socketPath, PcieBus bus, ILogger<PcieServer> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await EnsureDefinedAsync(stoppingToken);
        await using var server = JsonRpcUnixServer.Start(socketPath, PcieMethods.Create(bus), log);
        LogListening(socketPath);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stoppingToken);
    }

    private async Task EnsureDefinedAsync(CancellationToken token)
    {
        while (true)
        {
            try
            {
                await bus.EnsureDefinedAsync(token);
                return;
            }
            catch (PcieException e)
            {
                // libvirtd may come later than this process; each attempt waits for it.
                LogNotDefined(e.Message);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "PCIe service listens on {Path}")]
    private partial void LogListening(string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the domain cannot be defined yet: {Reason}")]
    private partial void LogNotDefined(string reason);
}
