using Lab.Manager.Database;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.Conductor;

/// <summary>
/// Where features put work: <see cref="Add"/> within the transaction that changes the subject, <see cref="Wake"/> after its commit.
/// </summary>
internal sealed class WorkflowQueue(IDbContextFactory<ManagerDbContext> contexts, TimeProvider time)
{
    private long lastSequence;
    private Action<Guid>? woken;

    public Workflow Add(ManagerDbContext context, string kind, Guid subjectId, string? traceParent, Guid? objectId = null)
    {
        var now = time.GetUtcNow();
        var workflow = new Workflow
        {
            Id = Guid.NewGuid(),
            Sequence = Interlocked.Increment(ref lastSequence),
            Kind = kind,
            SubjectId = subjectId,
            ObjectId = objectId,
            State = WorkflowState.Queued,
            TraceParent = traceParent,
            CreatedAt = now,
            UpdatedAt = now,
        };
        context.Add(workflow);
        return workflow;
    }

    public void Wake(Guid subjectId) => woken?.Invoke(subjectId);

    public void OnWake(Action<Guid> handler) => woken = handler;

    /// <summary>Goes on counting where the previous process stopped.</summary>
    public async Task OpenAsync(CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        lastSequence = await context.Set<Workflow>().MaxAsync(w => (long?)w.Sequence, token) ?? 0;
    }
}
