using Lab.Emulators.Bmc.Ipmi;

namespace Lab.Emulators.Bmc;

/// <summary>What a BMC does besides answering Redfish: follow its machine, hold the serial line, bring events, answer IPMI.</summary>
internal sealed class BmcWorker(BmcInstance bmc, IpmiFront ipmi) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(bmc.RunAsync(stoppingToken), ipmi.RunAsync(stoppingToken));

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await ipmi.CloseConsolesAsync();
        await base.StopAsync(cancellationToken);
        ipmi.Dispose();
    }
}
