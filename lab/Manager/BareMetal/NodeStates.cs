using Lab.Manager.Database;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.BareMetal;

/// <summary>Moves nodes along <see cref="ProvisionStateMachine"/>; each move is one compare-and-set, and repeating one is harmless.</summary>
internal sealed class NodeStates(IDbContextFactory<ManagerDbContext> contexts, TimeProvider time)
{
    /// <summary>Raises the event where the state machine allows it.</summary>
    /// <returns>The state the node is in afterwards; null when there is no such node.</returns>
    public async Task<ProvisionState?> RaiseAsync(Guid nodeId, ProvisionEvent happened, CancellationToken token, string? error = null)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var nodes = context.Set<Node>().Where(n => n.Id == nodeId);
        while (true)
        {
            var state = await nodes.Select(n => (ProvisionState?)n.ProvisionState).SingleOrDefaultAsync(token);
            if (state is not { } from || ProvisionStateMachine.Next(from, happened) is not { } to)
                return state;
            var now = time.GetUtcNow();
            var moved = await nodes.Where(n => n.ProvisionState == from).ExecuteUpdateAsync(
                n => n.SetProperty(x => x.ProvisionState, to).SetProperty(x => x.UpdatedAt, now).SetProperty(x => x.LastError, error), token);
            if (moved == 1)
                return to;
        }
    }
}
