using System.Text.Json;
using Lab.Contracts.Link;
using Lab.Manager.BareMetal;
using Lab.Manager.Conductor;
using Lab.Manager.Database;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.Link;

/// <summary>Keeps the nodes' rows as the agents tell; a serial number seen for the first time becomes a node.</summary>
internal sealed class NodeRegistrar(
    IDbContextFactory<ManagerDbContext> contexts, NodeStatusBoard board, WorkflowQueue workflows, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim registering = new(1, 1);
    private readonly SemaphoreSlim reporting = new(1, 1);
    private readonly Dictionary<Guid, long> reported = [];
    private long lastArrival;

    public async Task<Guid> RegisterAsync(NodeRegistration registration, CancellationToken token)
    {
        await registering.WaitAsync(token);
        try
        {
            await using var context = await contexts.CreateDbContextAsync(token);
            var now = time.GetUtcNow();
            var node = await context.Set<Node>().SingleOrDefaultAsync(n => n.Serial == registration.Serial, token);
            var isNew = node is null;
            if (node is null)
            {
                node = new Node
                {
                    Id = Guid.NewGuid(),
                    Number = (await context.Set<Node>().MaxAsync(n => (int?)n.Number, token) ?? 0) + 1,
                    Serial = registration.Serial,
                    AgentVersion = registration.AgentVersion,
                    StorageAddress = registration.StorageAddress,
                    HostNqn = registration.HostNqn,
                    TunnelAddress = registration.TunnelAddress,
                    CreatedAt = now,
                };
                context.Add(node);
            }
            Describe(node, registration, now);
            if (isNew)
                workflows.Add(context, WorkflowKinds.EnrolNode, node.Id, null);
            await context.SaveChangesAsync(token);
            if (isNew)
                workflows.Wake(node.Id);
            return node.Id;
        }
        finally
        {
            registering.Release();
        }
    }

    /// <summary>
    /// Keeps a status and then tells those who wait for it. Statuses are handled side by side: one that a newer one overtook is dropped.
    /// </summary>
    public async Task ReportAsync(Guid nodeId, NodeStatus status, CancellationToken token)
    {
        var arrival = Interlocked.Increment(ref lastArrival);
        await reporting.WaitAsync(token);
        try
        {
            if (arrival < reported.GetValueOrDefault(nodeId))
                return;
            reported[nodeId] = arrival;
            await using var context = await contexts.CreateDbContextAsync(token);
            var json = JsonSerializer.Serialize(status, LinkJson.Default.NodeStatus);
            var now = time.GetUtcNow();
            await context.Set<Node>().Where(n => n.Id == nodeId)
                .ExecuteUpdateAsync(n => n.SetProperty(x => x.StatusJson, json).SetProperty(x => x.SeenAt, now), token);
            board.Post(nodeId, status);
        }
        finally
        {
            reporting.Release();
        }
    }

    public async Task ReportErrorAsync(Guid nodeId, string error, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        await context.Set<Node>().Where(n => n.Id == nodeId).ExecuteUpdateAsync(n => n.SetProperty(x => x.LastError, error), token);
    }

    public async Task<NodeSpec?> FindSpecAsync(Guid nodeId, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        var json = await context.Set<Node>().Where(n => n.Id == nodeId).Select(n => n.SpecJson).SingleOrDefaultAsync(token);
        return json is null ? null : JsonSerializer.Deserialize(json, LinkJson.Default.NodeSpec);
    }

    public void Dispose()
    {
        registering.Dispose();
        reporting.Dispose();
    }

    private static void Describe(Node node, NodeRegistration registration, DateTimeOffset now)
    {
        node.AgentVersion = registration.AgentVersion;
        node.StorageAddress = registration.StorageAddress;
        node.HostNqn = registration.HostNqn;
        node.TunnelAddress = registration.TunnelAddress;
        node.SystemUuid = registration.Inventory.SystemUuid;
        node.Vcpus = registration.Inventory.Vcpus;
        node.MemoryMib = registration.Inventory.MemoryMiB;
        node.FunctionsMax = registration.Inventory.FunctionsMax;
        node.Manufacturer = registration.Inventory.Manufacturer;
        node.Model = registration.Inventory.Model;
        node.SeenAt = now;
        node.UpdatedAt = now;
    }
}
