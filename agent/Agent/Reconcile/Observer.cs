using Lab.Agent.Compute;
using Lab.Agent.Dpu;
using Lab.Agent.Network;
using Lab.Contracts.Link;
using Microsoft.Extensions.Logging;

namespace Lab.Agent.Reconcile;

/// <summary>Reads everything back, side by side. A BMC that is away leaves the power unknown; the rest must answer.</summary>
public sealed class Observer(SnapClient snap, VirtnetClient virtnet, OpenVSwitch network, HostBmc bmc, ILogger<Observer> log)
{
    /// <param name="known">Taken for power and network, which cost a request to the BMC and several programs to read; null to read them.</param>
    public async Task<Observed> ObserveAsync(Observed? known, CancellationToken token)
    {
        if (known is not null)
            return known with { Dpu = await DpuAsync(token) };
        var power = PowerAsync(token);
        var dpu = DpuAsync(token);
        var switched = network.ObserveAsync(token);
        await Task.WhenAll(power, dpu, switched);
        return new Observed(await power, await dpu, await switched);
    }

    private async Task<ObservedDpu> DpuAsync(CancellationToken token) => await snap.ObserveAsync(await virtnet.ObserveAsync(token), token);

    private async Task<PowerState?> PowerAsync(CancellationToken token)
    {
        try
        {
            return await bmc.GetPowerAsync(token);
        }
        catch (BmcException e)
        {
            log.BmcAway(e.Message);
            return null;
        }
    }
}
