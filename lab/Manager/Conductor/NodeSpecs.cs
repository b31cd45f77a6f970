using System.Text.Json;
using Lab.Contracts.Link;
using Lab.Manager.BareMetal;
using Lab.Manager.BlockStorage;
using Lab.Manager.Compute;
using Lab.Manager.Database;
using Lab.Manager.Link;
using Lab.Manager.Networking;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.Conductor;

/// <summary>Derives each node's spec from the tables and keeps it with its generation; a spec that did not change is not made anew.</summary>
internal sealed class NodeSpecs(
    IDbContextFactory<ManagerDbContext> contexts, IServiceScopeFactory scopes, AgentRegistry agents, TimeProvider time) : INodeSpecs, IDisposable
{
    private readonly SemaphoreSlim deriving = new(1, 1);

    public async Task<IReadOnlyDictionary<Guid, long>> RefreshAsync(IReadOnlyCollection<Guid> nodeIds, string? traceParent, CancellationToken token)
    {
        var generations = new Dictionary<Guid, long>();
        foreach (var nodeId in nodeIds.Distinct())
        {
            // One at a time: two derivations of one node side by side could store the older one last.
            await deriving.WaitAsync(token);
            try
            {
                if (await RefreshAsync(nodeId, traceParent, token) is not { } spec)
                    continue;
                generations[nodeId] = spec.Generation;
                agents.Push(nodeId, spec);
            }
            finally
            {
                deriving.Release();
            }
        }
        return generations;
    }

    public void Dispose() => deriving.Dispose();

    private async Task<NodeSpec?> RefreshAsync(Guid nodeId, string? traceParent, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        if (await context.Set<Node>().SingleOrDefaultAsync(n => n.Id == nodeId, token) is not { } node)
            return null;
        var spec = await DeriveAsync(context, node, token);
        var known = node.SpecJson is null ? null : JsonSerializer.Deserialize(node.SpecJson, LinkJson.Default.NodeSpec);
        if (known is not null && Text(spec with { Generation = known.Generation, TraceParent = known.TraceParent }) == node.SpecJson)
            return known;
        node.Generation++;
        spec = spec with { Generation = node.Generation, TraceParent = traceParent };
        node.SpecJson = Text(spec);
        node.UpdatedAt = time.GetUtcNow();
        await context.SaveChangesAsync(token);
        return spec;
    }

    private async Task<NodeSpec> DeriveAsync(ManagerDbContext context, Node node, CancellationToken token)
    {
        var idle = new NodeSpec { Generation = 0, Power = PowerState.Off };
        if (await context.Set<Server>().AsNoTracking().SingleOrDefaultAsync(s => s.Id == node.ServerId && s.Presented, token) is not { } server)
            return idle;
        var disks = await context.Set<Attachment>().AsNoTracking()
            .Where(a => a.ServerId == server.Id && a.Presented && a.Url != null)
            .Join(context.Set<Volume>(), a => a.VolumeId, v => v.Id, (a, v) => new { Attachment = a, v.SizeGib })
            .OrderBy(d => d.Attachment.Slot)
            .ToListAsync(token);
        await using var scope = scopes.CreateAsyncScope();
        var ports = await scope.ServiceProvider.GetRequiredService<IPortService>().DescribeForNodeAsync(node.Id, token);
        return idle with
        {
            Power = server.Power,
            Volumes = [.. disks.Select(d => new VolumeSpec(
                d.Attachment.VolumeId, d.Attachment.Url!, d.Attachment.BootIndex, (long)d.SizeGib << 30,
                Host: NvmeTcpUrl.TryParse(d.Attachment.Url!) is null ? null : new NvmeHost(node.HostNqn)))],
            Ports = [.. ports.OrderBy(p => p.Id).Select(p => p with { Peers = [.. p.Peers.OrderBy(peer => peer.MacAddress, StringComparer.Ordinal)] })],
            Instance = new InstanceMetadata
            {
                Id = server.Id,
                Name = server.Name,
                ProjectId = server.ProjectId,
                UserData = server.UserData,
                Metadata = JsonSerializer.Deserialize<Dictionary<string, string>>(server.MetadataJson)!,
            },
        };
    }

    private static string Text(NodeSpec spec) => JsonSerializer.Serialize(spec, LinkJson.Default.NodeSpec);
}
