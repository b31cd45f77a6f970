using Lab.Manager.BlockStorage;
using Lab.Manager.Compute;
using Lab.Manager.Database;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.Conductor.Workflows;

/// <summary>Shows one more disk to a deployed server. A failure leaves the server as it was and the volume available.</summary>
internal sealed class AttachVolumeWorkflow(IDbContextFactory<ManagerDbContext> contexts, ServerOperations servers) : WorkflowDefinition
{
    public override string Kind => WorkflowKinds.AttachVolume;

    public override IReadOnlyList<string> SupersededBy { get; } = [WorkflowKinds.Undeploy];

    public override IReadOnlyList<WorkflowStep> Steps =>
    [
        new("connect", ConnectAsync, (run, token) => servers.DisconnectAsync(run.ObjectId!.Value, token)),
        new("present", PresentAsync, HideAsync),
        new("finish", (run, token) => servers.SetVolumeAsync(run.ObjectId!.Value, VolumeStatus.InUse, token)),
    ];

    public override async Task FailedAsync(WorkflowRun run, WorkflowFailure failure, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        await context.Set<Attachment>().Where(a => a.VolumeId == run.ObjectId && a.ServerId == run.SubjectId).ExecuteDeleteAsync(token);
        await servers.SetVolumeAsync(run.ObjectId!.Value, VolumeStatus.Available, token);
    }

    private async Task ConnectAsync(WorkflowRun run, CancellationToken token) =>
        await servers.ConnectAsync(run.ObjectId!.Value, await servers.NodeAsync(run.SubjectId, token), run.TraceParent, token);

    private async Task PresentAsync(WorkflowRun run, CancellationToken token)
    {
        var node = await servers.NodeAsync(run.SubjectId, token);
        await servers.ConvergeAsync(node.Id, run.TraceParent, servers.Options.ChangeTimeout, token);
    }

    private async Task HideAsync(WorkflowRun run, CancellationToken token)
    {
        await servers.PresentAsync(run.ObjectId!.Value, present: false, token);
        if (await servers.FindNodeAsync(run.SubjectId, token) is { } node)
            await servers.TryConvergeAsync(node.Id, run.TraceParent, token);
    }
}
