using Lab.Manager.BareMetal;
using Lab.Manager.Conductor;
using Lab.Manager.Database;
using Lab.Manager.Link;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.Scheduling;

/// <summary>Chooses and takes a node: all filters pass, and of those the smallest.</summary>
internal sealed class NodeScheduler(
    IDbContextFactory<ManagerDbContext> contexts, IEnumerable<INodeFilter> filters, AgentRegistry agents, ConductorOptions options, TimeProvider time)
{
    /// <summary>Takes a node for a server; answers the same node when the server has one already.</summary>
    /// <exception cref="WorkflowException">No node does; with the reason of each.</exception>
    public async Task<Node> TakeAsync(Guid serverId, NodeDemand demand, CancellationToken token)
    {
        while (true)
        {
            var connection = agents.NextConnection;
            await using var context = await contexts.CreateDbContextAsync(token);
            var nodes = await context.Set<Node>().AsNoTracking().OrderBy(n => n.Number).ToListAsync(token);
            if (nodes.Find(n => n.ServerId == serverId) is { } taken)
                return taken;
            var refusals = nodes.ToDictionary(n => n, n => Refuse(n, demand));
            if (nodes.Where(n => refusals[n] is null).OrderBy(n => n.MemoryMib).ThenBy(n => n.Vcpus).ThenBy(n => n.Number).FirstOrDefault() is not { } chosen)
            {
                if (PatienceFor(refusals) is not { } patience)
                    throw new WorkflowException(Explain(refusals));
                await Task.WhenAny(connection, Task.Delay(patience, time, token));
                token.ThrowIfCancellationRequested();
                continue;
            }
            var now = time.GetUtcNow();
            var won = await context.Set<Node>()
                .Where(n => n.Id == chosen.Id && n.ServerId == null && n.ProvisionState == ProvisionState.Available)
                .ExecuteUpdateAsync(
                    n => n.SetProperty(x => x.ServerId, serverId)
                        .SetProperty(x => x.ProvisionState, ProvisionState.Deploying)
                        .SetProperty(x => x.UpdatedAt, now),
                    token);
            if (won == 1)
                return chosen;
        }
    }

    private string? Refuse(Node node, NodeDemand demand) =>
        filters.Select(f => f.Refuse(node, demand)).FirstOrDefault(reason => reason is not null);

    /// <returns>How long a node that would do, but is not connected, may still come back; null when there is none.</returns>
    private TimeSpan? PatienceFor(Dictionary<Node, string?> refusals)
    {
        var seen = refusals.Where(r => r.Value == ConnectedFilter.Reason).Max(r => r.Key.SeenAt);
        var left = seen + options.AgentReturn - time.GetUtcNow();
        return left > TimeSpan.Zero ? left : null;
    }

    private static string Explain(Dictionary<Node, string?> refusals) =>
        "No valid host was found. " + (refusals.Count == 0
            ? "No node has enrolled."
            : string.Join("; ", refusals.Select(r => $"{r.Key.Serial}: {r.Value}")) + ".");
}
