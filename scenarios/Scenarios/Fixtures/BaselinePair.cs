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
        var (a, _) = await rack.BootAsync(0, token);
        try
        {
            var (b, _) = await rack.BootAsync(1, token);
            var pair = new BaselinePair(a, b);
            try
            {
                await ConfigureAsync(a, BaselineRack.MacOf(0), addressA, token);
                await ConfigureAsync(b, BaselineRack.MacOf(1), addressB, token);
                return pair;
            }
            catch
            {
                await b.DisposeAsync();
                throw;
            }
        }
        catch
        {
            await a.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await A.DisposeAsync();
        await B.DisposeAsync();
    }

    private static Task ConfigureAsync(BaselineHost host, string mac, string address, CancellationToken token) =>
        host.Shell.RunAsync($"nic=$(lab-nic {mac}) && ip addr add {address}/24 dev $nic && ip link set $nic up", token);
}
