using Lab.Contracts.Link;
using Lab.Manager.Link;

namespace Lab.Manager.Conductor;

/// <summary>Waits until a node has what its spec says.</summary>
internal sealed class NodeConvergence(NodeStatusBoard board, AgentRegistry agents, ConductorOptions options, TimeProvider time)
{
    /// <param name="timeout">Null waits as long as it takes.</param>
    /// <exception cref="WorkflowException">An error of the agent that lasted, or the time is over; with the agent's words.</exception>
    public async Task<NodeStatus> WaitAsync(Guid nodeId, long generation, TimeSpan? timeout, CancellationToken token)
    {
        var began = time.GetTimestamp();
        string? lastError = null;
        var errorSince = 0L;
        while (true)
        {
            var (status, changed) = board.Watch(nodeId);
            if (status is { Converged: true } && status.Generation >= generation)
                return status;

            var error = status?.Generation >= generation ? status.Error : null;
            if (error is not null && lastError is null)
                errorSince = time.GetTimestamp();
            lastError = error;
            if (timeout is { } limit)
            {
                if (lastError is not null && time.GetElapsedTime(errorSince) >= options.ErrorGrace)
                    throw new WorkflowException(lastError);
                if (time.GetElapsedTime(began) >= limit)
                    throw new WorkflowException(Describe(nodeId, status, generation, limit));
                var wait = limit - time.GetElapsedTime(began);
                if (lastError is not null && options.ErrorGrace - time.GetElapsedTime(errorSince) is var grace && grace < wait)
                    wait = grace;
                await WaitForChangeAsync(changed, wait, token);
            }
            else
            {
                await changed.WaitAsync(token);
            }
        }
    }

    private async Task WaitForChangeAsync(Task changed, TimeSpan wait, CancellationToken token)
    {
        try
        {
            await changed.WaitAsync(wait > TimeSpan.Zero ? wait : TimeSpan.FromMilliseconds(1), time, token);
        }
        catch (TimeoutException)
        {
            // The caller looks at the clock.
        }
    }

    private string Describe(Guid nodeId, NodeStatus? status, long generation, TimeSpan limit)
    {
        var seen = !agents.IsConnected(nodeId) ? "its agent is not connected"
            : status is null ? "its agent has reported nothing"
            : status.Generation < generation ? $"its agent is at generation {status.Generation}"
            : status.Error ?? "it reports no error";
        return $"the node did not reach generation {generation} within {limit.TotalSeconds:0} s: {seen}";
    }
}
