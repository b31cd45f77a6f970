using Lab.Manager.BlockStorage;
using Lab.Manager.Database;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.Conductor.Workflows;

/// <summary>A workflow on one volume: a call to the storage target, then the row.</summary>
internal abstract class VolumeWorkflow(IDbContextFactory<ManagerDbContext> contexts, TimeProvider time) : WorkflowDefinition
{
    public override IReadOnlyList<WorkflowStep> Steps => [new("storage", StorageAsync), new("finish", FinishAsync)];

    protected IDbContextFactory<ManagerDbContext> Contexts => contexts;

    protected abstract Task StorageAsync(WorkflowRun run, CancellationToken token);

    protected abstract Task FinishAsync(WorkflowRun run, CancellationToken token);

    protected async Task<Volume> ReadAsync(Guid id, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        return await context.Set<Volume>().AsNoTracking().SingleOrDefaultAsync(v => v.Id == id, token)
            ?? throw new WorkflowException($"volume {id} is gone");
    }

    protected async Task UpdateAsync(Guid id, Action<Volume> change, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        if (await context.Set<Volume>().SingleOrDefaultAsync(v => v.Id == id, token) is not { } volume)
            return;
        change(volume);
        volume.UpdatedAt = time.GetUtcNow();
        await context.SaveChangesAsync(token);
    }

    protected async Task UpdateSnapshotAsync(Guid id, Action<Snapshot> change, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        if (await context.Set<Snapshot>().SingleOrDefaultAsync(s => s.Id == id, token) is not { } snapshot)
            return;
        change(snapshot);
        snapshot.UpdatedAt = time.GetUtcNow();
        await context.SaveChangesAsync(token);
    }
}

internal sealed class CreateVolumeWorkflow(IDbContextFactory<ManagerDbContext> contexts, IStorageTarget storage, TimeProvider time)
    : VolumeWorkflow(contexts, time)
{
    public override string Kind => WorkflowKinds.CreateVolume;

    public override Task FailedAsync(WorkflowRun run, WorkflowFailure failure, CancellationToken token) =>
        UpdateAsync(run.SubjectId, v => (v.Status, v.Error) = (VolumeStatus.Error, failure.Cause), token);

    protected override async Task StorageAsync(WorkflowRun run, CancellationToken token)
    {
        using var phase = Contracts.Telemetry.OperationActivities.Start(Contracts.Telemetry.OperationActivities.Clone, run.TraceParent);
        var volume = await ReadAsync(run.SubjectId, token);
        await storage.CreateVolumeAsync(volume.Id, volume.SizeBytes, volume.CloneOf, token);
    }

    protected override Task FinishAsync(WorkflowRun run, CancellationToken token) =>
        UpdateAsync(run.SubjectId, v => v.Status = VolumeStatus.Available, token);
}

internal sealed class DeleteVolumeWorkflow(IDbContextFactory<ManagerDbContext> contexts, IStorageTarget storage, TimeProvider time)
    : VolumeWorkflow(contexts, time)
{
    public override string Kind => WorkflowKinds.DeleteVolume;

    public override Task FailedAsync(WorkflowRun run, WorkflowFailure failure, CancellationToken token) =>
        UpdateAsync(run.SubjectId, v => (v.Status, v.Error) = (VolumeStatus.ErrorDeleting, failure.Cause), token);

    protected override Task StorageAsync(WorkflowRun run, CancellationToken token) => storage.DeleteVolumeAsync(run.SubjectId, token);

    protected override async Task FinishAsync(WorkflowRun run, CancellationToken token)
    {
        await using var context = await Contexts.CreateDbContextAsync(token);
        await context.Set<Volume>().Where(v => v.Id == run.SubjectId).ExecuteDeleteAsync(token);
    }
}

internal sealed class ExtendVolumeWorkflow(IDbContextFactory<ManagerDbContext> contexts, IStorageTarget storage, TimeProvider time)
    : VolumeWorkflow(contexts, time)
{
    public override string Kind => WorkflowKinds.ExtendVolume;

    public override Task FailedAsync(WorkflowRun run, WorkflowFailure failure, CancellationToken token) =>
        UpdateAsync(run.SubjectId, v => (v.Status, v.PendingSizeGib, v.Error) = (VolumeStatus.Available, null, failure.Cause), token);

    protected override async Task StorageAsync(WorkflowRun run, CancellationToken token)
    {
        var volume = await ReadAsync(run.SubjectId, token);
        await storage.ResizeVolumeAsync(volume.Id, (long)(volume.PendingSizeGib ?? volume.SizeGib) << 30, token);
    }

    protected override Task FinishAsync(WorkflowRun run, CancellationToken token) => UpdateAsync(
        run.SubjectId, v => (v.Status, v.SizeGib, v.PendingSizeGib) = (VolumeStatus.Available, v.PendingSizeGib ?? v.SizeGib, null), token);
}

internal sealed class CreateSnapshotWorkflow(IDbContextFactory<ManagerDbContext> contexts, IStorageTarget storage, TimeProvider time)
    : VolumeWorkflow(contexts, time)
{
    public override string Kind => WorkflowKinds.CreateSnapshot;

    public override Task FailedAsync(WorkflowRun run, WorkflowFailure failure, CancellationToken token) =>
        UpdateSnapshotAsync(run.ObjectId!.Value, s => s.Status = SnapshotStatus.Error, token);

    protected override Task StorageAsync(WorkflowRun run, CancellationToken token) =>
        storage.CreateSnapshotAsync(run.ObjectId!.Value, run.SubjectId, token);

    protected override Task FinishAsync(WorkflowRun run, CancellationToken token) =>
        UpdateSnapshotAsync(run.ObjectId!.Value, s => s.Status = SnapshotStatus.Available, token);
}

internal sealed class DeleteSnapshotWorkflow(IDbContextFactory<ManagerDbContext> contexts, IStorageTarget storage, TimeProvider time)
    : VolumeWorkflow(contexts, time)
{
    public override string Kind => WorkflowKinds.DeleteSnapshot;

    public override Task FailedAsync(WorkflowRun run, WorkflowFailure failure, CancellationToken token) =>
        UpdateSnapshotAsync(run.ObjectId!.Value, s => s.Status = SnapshotStatus.ErrorDeleting, token);

    protected override Task StorageAsync(WorkflowRun run, CancellationToken token) =>
        storage.DeleteSnapshotAsync(run.ObjectId!.Value, token);

    protected override async Task FinishAsync(WorkflowRun run, CancellationToken token)
    {
        await using var context = await Contexts.CreateDbContextAsync(token);
        await context.Set<Snapshot>().Where(s => s.Id == run.ObjectId).ExecuteDeleteAsync(token);
    }
}
