using Lab.Manager.BareMetal;
using Lab.Manager.Database;
using Lab.Manager.Http;
using Lab.Manager.Link;
using Lab.Protocols.JsonRpc;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.Compute;

/// <summary>What the host wrote on its serial console, read by the agent.</summary>
internal sealed class ServerConsole(IDbContextFactory<ManagerDbContext> contexts, AgentRegistry agents)
{
    /// <param name="linesMax">The last lines; null for all that is kept.</param>
    /// <exception cref="ApiException">404; 409 while there is no host, or it cannot be reached.</exception>
    public async Task<string> ReadAsync(string serverId, int? linesMax, RequestContext asker, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var server = await ServerService.FindAsync(context, serverId, asker, token);
        // The console keeps what the previous tenant's host wrote; it is shown only once this server has been powered on.
        var node = await context.Set<Node>().AsNoTracking().SingleOrDefaultAsync(n => n.ServerId == server.Id, token);
        if (node is null || !server.Presented)
            throw ApiException.Conflict($"Instance {server.Id} is not ready");
        if (agents.Find(node.Id) is not { } agent)
            throw ApiException.Conflict($"Instance {server.Id} is not ready: the agent of {node.Serial} is not connected");
        try
        {
            return await agent.ReadConsoleAsync(linesMax, token);
        }
        catch (Exception e) when (e is JsonRpcException or IOException or TimeoutException or System.Net.WebSockets.WebSocketException)
        {
            throw ApiException.Conflict($"Unable to get console output of instance {server.Id}: {e.Message}");
        }
    }
}
