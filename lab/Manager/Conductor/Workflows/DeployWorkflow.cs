using Lab.Contracts.Telemetry;
using Lab.Manager.BareMetal;
using Lab.Manager.BlockStorage;
using Lab.Manager.Compute;
using Lab.Manager.Database;
using Lab.Manager.Scheduling;
using Microsoft.EntityFrameworkCore;
using PowerState = Lab.Contracts.Link.PowerState;

namespace Lab.Manager.Conductor.Workflows;

/// <summary>From a request to a running host: schedule, clone, connect, bind, apply, converge, finish.</summary>
internal sealed class DeployWorkflow(
    IDbContextFactory<ManagerDbContext> contexts, ServerOperations servers, NodeScheduler scheduler, NodeStates states, IStorageTarget storage, TimeProvider time)
    : WorkflowDefinition
{
    /// <summary>The config drive takes a PCI function too.</summary>
    private const int ConfigDriveFunctions = 1;

    public override string Kind => WorkflowKinds.Deploy;

    public override IReadOnlyList<string> SupersededBy { get; } = [WorkflowKinds.Undeploy];

    public override IReadOnlyList<WorkflowStep> Steps =>
    [
        new("schedule", ScheduleAsync, ReleaseAsync),
        new("clone", CloneAsync, (run, token) => servers.DropVolumesAsync(run.SubjectId, token)),
        new("connect", ConnectAsync, DisconnectAsync),
        new("bind", BindAsync, UnbindAsync),
        new("apply", ApplyAsync, WithdrawAsync),
        new("converge", ConvergeAsync),
        new("finish", FinishAsync),
    ];

    public override Task FailedAsync(WorkflowRun run, WorkflowFailure failure, CancellationToken token) =>
        servers.FaultAsync(run.SubjectId, Kind, failure, token);

    private async Task ScheduleAsync(WorkflowRun run, CancellationToken token)
    {
        using var phase = OperationActivities.Start(OperationActivities.Schedule, run.TraceParent);
        var server = await servers.ReadAsync(run.SubjectId, token);
        var disks = await servers.AttachmentsAsync(server.Id, token);
        var ports = await servers.WithPortsAsync(p => p.ListForServersAsync([server.Id], token));
        var demand = new NodeDemand(server.Vcpus, server.RamMib, disks.Count + ports.Count + ConfigDriveFunctions, server.RequestedHost);
        var node = await scheduler.TakeAsync(server.Id, demand, token);
        phase?.SetTag("node", node.Serial);
    }

    private Task ReleaseAsync(WorkflowRun run, CancellationToken token) =>
        servers.ReleaseNodeAsync(run.SubjectId, "the deployment failed", run.TraceParent, token);

    private async Task CloneAsync(WorkflowRun run, CancellationToken token)
    {
        await servers.UpdateAsync(run.SubjectId, s => s.TaskState = TaskStates.BlockDeviceMapping, token);
        using var phase = OperationActivities.Start(OperationActivities.Clone, run.TraceParent);
        await using var context = await contexts.CreateDbContextAsync(token);
        foreach (var attachment in await servers.AttachmentsAsync(run.SubjectId, token))
        {
            var volume = await context.Set<Volume>().AsNoTracking().SingleAsync(v => v.Id == attachment.VolumeId, token);
            if (volume.Status != VolumeStatus.Creating)
                continue;
            await storage.CreateVolumeAsync(volume.Id, volume.SizeBytes, volume.CloneOf, token);
            await servers.SetVolumeAsync(volume.Id, VolumeStatus.Attaching, token);
        }
    }

    private async Task ConnectAsync(WorkflowRun run, CancellationToken token)
    {
        var node = await servers.NodeAsync(run.SubjectId, token);
        foreach (var attachment in await servers.AttachmentsAsync(run.SubjectId, token))
            await servers.ConnectAsync(attachment.VolumeId, node, run.TraceParent, token);
    }

    private async Task DisconnectAsync(WorkflowRun run, CancellationToken token)
    {
        foreach (var attachment in await servers.AttachmentsAsync(run.SubjectId, token))
            await servers.DisconnectAsync(attachment.VolumeId, token);
    }

    private async Task BindAsync(WorkflowRun run, CancellationToken token)
    {
        await servers.UpdateAsync(run.SubjectId, s => s.TaskState = TaskStates.Spawning, token);
        await servers.BindPortsAsync(run.SubjectId, null, await servers.NodeAsync(run.SubjectId, token), bind: true, run.TraceParent, token);
    }

    private async Task UnbindAsync(WorkflowRun run, CancellationToken token)
    {
        if (await servers.FindNodeAsync(run.SubjectId, token) is { } node)
            await servers.BindPortsAsync(run.SubjectId, null, node, bind: false, run.TraceParent, token);
    }

    private async Task ApplyAsync(WorkflowRun run, CancellationToken token)
    {
        await servers.UpdateAsync(run.SubjectId, s => (s.Presented, s.Power) = (true, PowerState.On), token);
        var node = await servers.NodeAsync(run.SubjectId, token);
        await servers.RefreshAsync(node.Id, run.TraceParent, token);
    }

    private async Task WithdrawAsync(WorkflowRun run, CancellationToken token)
    {
        if (await servers.FindNodeAsync(run.SubjectId, token) is not { } node)
            return;
        await servers.WithdrawAsync(run.SubjectId, node, run.TraceParent, token);
        await servers.TryConvergeAsync(node.Id, run.TraceParent, token);
    }

    private async Task ConvergeAsync(WorkflowRun run, CancellationToken token)
    {
        var node = await servers.NodeAsync(run.SubjectId, token);
        await servers.ConvergeAsync(node.Id, run.TraceParent, servers.Options.DeployTimeout, token);
    }

    private async Task FinishAsync(WorkflowRun run, CancellationToken token)
    {
        var node = await servers.NodeAsync(run.SubjectId, token);
        foreach (var attachment in await servers.AttachmentsAsync(run.SubjectId, token))
            await servers.SetVolumeAsync(attachment.VolumeId, VolumeStatus.InUse, token);
        await servers.SetPortsActiveAsync(run.SubjectId, token);
        await states.RaiseAsync(node.Id, ProvisionEvent.Done, token);
        var now = time.GetUtcNow();
        await servers.UpdateAsync(run.SubjectId, s => (s.Status, s.TaskState, s.LaunchedAt) = (ServerStatus.Active, null, now), token);
    }
}
