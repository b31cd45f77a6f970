using Lab.Emulators.Bmc.Ipmi;

namespace Lab.Emulators.Bmc;

/// <summary>What a BMC does besides answering Redfish: follow its machine, hold the serial line, answer IPMI.</summary>
internal sealed class BmcWorker(BmcInstance bmc, IpmiServer? ipmi) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        bmc.Device.RunAsync(stoppingToken),
        bmc.Console.RunAsync(stoppingToken),
        ipmi?.RunAsync(stoppingToken) ?? Task.CompletedTask);
}
