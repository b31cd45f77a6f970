using System.Diagnostics.CodeAnalysis;
using Lab.Manager.Database;
using Microsoft.EntityFrameworkCore;

namespace Lab.Manager.Conductor;

/// <summary>
/// Runs one workflow to its end, from wherever its row says it is:
/// <code>
/// Queued ─► Running step 0 ─► … ─► Done
///               │ failure
///               ▼
///           Compensating step n … 0 ─► Failed
/// </code>
/// Stopping the manager leaves the row as it is.
/// </summary>
internal sealed partial class WorkflowRunner(
    IDbContextFactory<ManagerDbContext> contexts,
    IEnumerable<WorkflowDefinition> definitions,
    ConductorOptions options,
    TimeProvider time,
    ILogger<WorkflowRunner> logger)
{
    private readonly Dictionary<string, WorkflowDefinition> definitions = definitions.ToDictionary(d => d.Kind, StringComparer.Ordinal);

    /// <param name="superseded">Ends the current step when a later workflow makes this one pointless.</param>
    public async Task RunAsync(Workflow workflow, CancellationToken superseded, CancellationToken token)
    {
        if (!definitions.TryGetValue(workflow.Kind, out var definition))
        {
            await SaveAsync(workflow, w => (w.State, w.Error) = (WorkflowState.Failed, "this build does not know the kind"), token);
            return;
        }
        var run = new WorkflowRun(workflow.Id, workflow.SubjectId, workflow.ObjectId, workflow.TraceParent);
        if (workflow.State != WorkflowState.Compensating)
            await ForwardAsync(workflow, definition, run, superseded, token);
        if (workflow.State == WorkflowState.Compensating)
            await BackAsync(workflow, definition, run, token);
    }

    public bool IsSupersededBy(Workflow workflow, string laterKind) =>
        definitions.TryGetValue(workflow.Kind, out var definition) && definition.SupersededBy.Contains(laterKind);

    [SuppressMessage("Design", "CA1031", Justification = "Whatever a step throws is its failure.")]
    private async Task ForwardAsync(
        Workflow workflow, WorkflowDefinition definition, WorkflowRun run, CancellationToken superseded, CancellationToken token)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(superseded, token);
        for (var index = workflow.Step; index < definition.Steps.Count; index++)
        {
            var step = definition.Steps[index];
            await SaveAsync(workflow, w => (w.State, w.Step, w.StepName) = (WorkflowState.Running, index, step.Name), token);
            LogStep(workflow.Kind, workflow.SubjectId, step.Name);
            try
            {
                both.Token.ThrowIfCancellationRequested();
                await step.Do(run, both.Token);
            }
            catch (Exception) when (token.IsCancellationRequested)
            {
                throw new OperationCanceledException(token);
            }
            catch (Exception) when (superseded.IsCancellationRequested)
            {
                LogSuperseded(workflow.Kind, workflow.SubjectId, step.Name);
                await SaveAsync(workflow, w => (w.State, w.FailedStep, w.Error) = (WorkflowState.Failed, step.Name, "superseded"), token);
                return;
            }
            catch (Exception e)
            {
                // Where the cause is known its words say it all; the rest comes with its stack.
                LogFailed(e is WorkflowException or BlockStorage.StorageTargetException ? null : e, workflow.Kind, workflow.SubjectId, step.Name, e.Message);
                await SaveAsync(workflow, w => (w.State, w.FailedStep, w.Error) = (WorkflowState.Compensating, step.Name, e.Message), token);
                return;
            }
        }
        await SaveAsync(workflow, w => (w.State, w.Step, w.StepName) = (WorkflowState.Done, definition.Steps.Count, null), token);
        LogDone(workflow.Kind, workflow.SubjectId);
    }

    private async Task BackAsync(Workflow workflow, WorkflowDefinition definition, WorkflowRun run, CancellationToken token)
    {
        for (var index = workflow.Step; index >= 0; index--)
        {
            var step = definition.Steps[index];
            if (step.Undo is null)
                continue;
            await SaveAsync(workflow, w => (w.Step, w.StepName) = (index, step.Name), token);
            await UndoAsync(workflow, step.Name, step.Undo, run, token);
        }
        await UndoAsync(
            workflow, "tell", (r, t) => definition.FailedAsync(r, new WorkflowFailure(workflow.FailedStep ?? "", workflow.Error ?? ""), t), run, token);
        await SaveAsync(workflow, w => w.State = WorkflowState.Failed, token);
    }

    /// <summary>A compensation that keeps failing must not stop the others: each takes something back by itself.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever a compensation throws, the next one is tried.")]
    private async Task UndoAsync(Workflow workflow, string name, WorkflowAction undo, WorkflowRun run, CancellationToken token)
    {
        for (var attempt = 1; attempt <= options.UndoTriesMax; attempt++)
        {
            try
            {
                await undo(run, token);
                return;
            }
            catch (Exception) when (token.IsCancellationRequested)
            {
                throw new OperationCanceledException(token);
            }
            catch (Exception e)
            {
                LogUndoFailed(e, workflow.Kind, workflow.SubjectId, name, attempt);
            }
            await Task.Delay(options.UndoRetryDelay, time, token);
        }
    }

    private async Task SaveAsync(Workflow workflow, Action<Workflow> change, CancellationToken token)
    {
        await using var context = await contexts.CreateDbContextAsync(token);
        context.Attach(workflow);
        change(workflow);
        workflow.UpdatedAt = time.GetUtcNow();
        await context.SaveChangesAsync(token);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Kind} of {Subject}: {Step}")]
    private partial void LogStep(string kind, Guid subject, string step);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Kind} of {Subject} is done")]
    private partial void LogDone(string kind, Guid subject);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Kind} of {Subject} is superseded at {Step}")]
    private partial void LogSuperseded(string kind, Guid subject, string step);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Kind} of {Subject} failed at {Step}: {Cause}")]
    private partial void LogFailed(Exception? exception, string kind, Guid subject, string step, string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Kind} of {Subject}: undoing {Step} failed, try {Attempt}")]
    private partial void LogUndoFailed(Exception exception, string kind, Guid subject, string step, int attempt);
}
