using Lab.Manager.BlockStorage;
using Lab.Manager.Compute;
using Lab.Manager.Database;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.Conductor.Workflows;

/// <summary>Takes a disk from a deployed server. Where the guest does not let go of it, it stays attached.</summary>
internal sealed class DetachVolumeWorkflow(IDbContextFactory<ManagerDbContext> contexts, ServerOperations servers) : WorkflowDefinition
{
    public override string Kind => WorkflowKinds.DetachVolume;

    public override IReadOnlyList<string> SupersededBy { get; } = [WorkflowKinds.Undeploy];

    public override IReadOnlyList<WorkflowStep> Steps =>
    [
        new("hide", HideAsync, ShowAsync),
        new("disconnect", (run, token) => servers.DisconnectAsync(run.ObjectId!.Value, token), ConnectAsync),
        new("finish", FinishAsync),
    ];

    public override Task FailedAsync(WorkflowRun run, WorkflowFailure failure, CancellationToken token) =>
        servers.SetVolumeAsync(run.ObjectId!.Value, VolumeStatus.InUse, token);

    private async Task HideAsync(WorkflowRun run, CancellationToken token)
    {
        await servers.PresentAsync(run.ObjectId!.Value, present: false, token);
        var node = await servers.NodeAsync(run.SubjectId, token);
        await servers.ConvergeAsync(node.Id, run.TraceParent, servers.Options.ChangeTimeout, token);
    }

    private async Task ShowAsync(WorkflowRun run, CancellationToken token)
    {
        await servers.PresentAsync(run.ObjectId!.Value, present: true, token);
        if (await servers.FindNodeAsync(run.SubjectId, token) is { } node)
            await servers.TryConvergeAsync(node.Id, run.TraceParent, token);
    }

    private async Task ConnectAsync(WorkflowRun run, CancellationToken token)
    {
        if (await servers.FindNodeAsync(run.SubjectId, token) is { } node)
            await servers.ConnectAsync(run.ObjectId!.Value, node, run.TraceParent, token);
    }

    private async Task FinishAsync(WorkflowRun run, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        await context.Set<Attachment>().Where(a => a.VolumeId == run.ObjectId && a.ServerId == run.SubjectId).ExecuteDeleteAsync(token);
        await servers.SetVolumeAsync(run.ObjectId!.Value, VolumeStatus.Available, token);
    }
}
