using Lab.Harness.Baseline;

namespace Lab.Scenarios.Fixtures;

/// <summary>Two hosts of the machines' shape whose taps are on one plain bridge: what a network costs without DPU and tunnel.</summary>
public sealed class BaselinePair : IAsyncDisposable
{
    private BaselinePair(BaselineHost a, BaselineHost b) => (A, B) = (a, b);

    public BaselineHost A { get; }
    public BaselineHost B { get; }

    public static async Task<BaselinePair> BootAsync(BaselineRack rack, string addressA, string addressB, CancellationToken token)
    {
        var (a, b) = await SideBySide.BothAsync(BootAsync(rack, 0, addressA, token), BootAsync(rack, 1, addressB, token));
        return new BaselinePair(a, b);
    }

    public async ValueTask DisposeAsync()
    {
        await A.DisposeAsync();
        await B.DisposeAsync();
    }

    private static async Task<BaselineHost> BootAsync(BaselineRack rack, int index, string address, CancellationToken token)
    {
        var host = await rack.BootHostAsync(index, token);
        try
        {
            await host.Shell.RunAsync($"nic=$(lab-nic {BaselineRack.MacOf(index)}) && ip addr add {address}/24 dev $nic && ip link set $nic up", token);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }
}
