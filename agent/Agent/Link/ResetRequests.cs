using Lab.Agent.Compute;
using Lab.Agent.Reconcile;
using Lab.Contracts.Link;

namespace Lab.Agent.Link;

/// <summary>Passes resets on to the BMC, each request id once.</summary>
public sealed class ResetRequests(HostBmc bmc, DesiredState desired)
{
    /// <summary>Ids that are remembered.</summary>
    public const int KeptMax = 256;

    private readonly Lock gate = new();
    private readonly Dictionary<Guid, Task> done = [];
    private readonly Queue<Guid> order = new();

    /// <exception cref="BmcException">The BMC refused; the same id may be tried again.</exception>
    public Task ResetAsync(ResetRequest request, CancellationToken token)
    {
        lock (gate)
        {
            if (done.TryGetValue(request.RequestId, out var known) && !known.IsFaulted && !known.IsCanceled)
                return known;
            var task = DoAsync(request, token);
            if (done.TryAdd(request.RequestId, task))
                order.Enqueue(request.RequestId);
            else
                done[request.RequestId] = task;
            while (order.Count > KeptMax)
                done.Remove(order.Dequeue());
            return task;
        }
    }

    private async Task DoAsync(ResetRequest request, CancellationToken token)
    {
        // A guest that shuts itself down must stay down although the spec still says on; the next generation says what comes then.
        var shutsDown = request.Type == ResetType.GracefulShutdown;
        if (shutsDown)
            desired.HoldPowerOn(true);
        try
        {
            await bmc.ResetAsync(request.Type, token);
        }
        catch (BmcException) when (shutsDown)
        {
            desired.HoldPowerOn(false);
            throw;
        }
    }
}
