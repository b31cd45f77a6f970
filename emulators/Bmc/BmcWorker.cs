using Lab.Emulators.Bmc.Ipmi;

namespace Lab.Emulators.Bmc;

/// <summary>What a BMC does besides answering Redfish: follow its machine, hold the serial line, bring events, answer IPMI.</summary>
internal sealed class BmcWorker(BmcInstance bmc, IpmiServer? ipmi) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(bmc.RunAsync(stoppingToken), ipmi?.RunAsync(stoppingToken) ?? Task.CompletedTask);
}
