using Lab.Manager.BareMetal;
using Lab.Manager.Compute;
using Lab.Manager.Database;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.Conductor.Workflows;

/// <summary>
/// Takes a server away, from whatever state it is in: an interrupted deployment leaves nothing that this does not find. Data is
/// deleted only after the node has let go of it.
/// </summary>
internal sealed class UndeployWorkflow(IDbContextFactory<ManagerDbContext> contexts, ServerOperations servers, NodeStates states) : WorkflowDefinition
{
    public override string Kind => WorkflowKinds.Undeploy;

    public override IReadOnlyList<WorkflowStep> Steps =>
    [
        new("withdraw", WithdrawAsync),
        new("converge", ConvergeAsync),
        new("disconnect", DisconnectAsync),
        new("delete volumes", (run, token) => servers.DropVolumesAsync(run.SubjectId, token)),
        new("release ports", (run, token) => servers.ReleasePortsAsync(run.SubjectId, token)),
        new("release node", (run, token) => servers.ReleaseNodeAsync(run.SubjectId, null, run.TraceParent, token)),
        new("forget", ForgetAsync),
    ];

    public override Task FailedAsync(WorkflowRun run, WorkflowFailure failure, CancellationToken token) =>
        servers.FaultAsync(run.SubjectId, "delete", failure, token);

    private async Task WithdrawAsync(WorkflowRun run, CancellationToken token)
    {
        if (await servers.FindNodeAsync(run.SubjectId, token) is not { } node)
            return;
        // A node whose deployment was cut short takes Ironic's way through "deploy failed".
        if (node.ProvisionState == ProvisionState.Deploying)
            await states.RaiseAsync(node.Id, ProvisionEvent.Fail, token, "deleted while deploying");
        await states.RaiseAsync(node.Id, ProvisionEvent.Delete, token);
        await servers.WithdrawAsync(run.SubjectId, node, run.TraceParent, token);
    }

    private async Task ConvergeAsync(WorkflowRun run, CancellationToken token)
    {
        if (await servers.FindNodeAsync(run.SubjectId, token) is { } node)
            await servers.ConvergeAsync(node.Id, run.TraceParent, servers.Options.ChangeTimeout, token);
    }

    private async Task DisconnectAsync(WorkflowRun run, CancellationToken token)
    {
        foreach (var attachment in await servers.AttachmentsAsync(run.SubjectId, token))
            await servers.DisconnectAsync(attachment.VolumeId, token);
    }

    private async Task ForgetAsync(WorkflowRun run, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        await context.Set<Server>().Where(s => s.Id == run.SubjectId).ExecuteDeleteAsync(token);
    }
}
