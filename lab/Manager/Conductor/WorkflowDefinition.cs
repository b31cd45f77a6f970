namespace Lab.Manager.Conductor;

/// <summary>
/// A list of small idempotent steps. A step may run again after a crash, and may be undone without having run to its end. What a
/// step learns it writes to the database, not to memory.
/// </summary>
internal abstract class WorkflowDefinition
{
    public abstract string Kind { get; }

    public abstract IReadOnlyList<WorkflowStep> Steps { get; }

    /// <summary>Kinds that, once queued behind this one, make its outcome pointless: it ends without compensation.</summary>
    public virtual IReadOnlyList<string> SupersededBy => [];

    /// <summary>After the compensation: tells the subject's owner. Idempotent.</summary>
    public abstract Task FailedAsync(WorkflowRun run, WorkflowFailure failure, CancellationToken token);
}

/// <param name="Do">Idempotent; an exception fails the workflow with its message as the cause.</param>
/// <param name="Undo">Idempotent; null when there is nothing to undo.</param>
internal sealed record WorkflowStep(string Name, WorkflowAction Do, WorkflowAction? Undo = null);

internal delegate Task WorkflowAction(WorkflowRun run, CancellationToken token);

internal sealed record WorkflowRun(Guid Id, Guid SubjectId, Guid? ObjectId, string? TraceParent);

internal sealed record WorkflowFailure(string Step, string Cause);

/// <summary>A step cannot be done; the message is shown to the tenant.</summary>
internal sealed class WorkflowException(string message, Exception? inner = null) : Exception(message, inner);

internal static class WorkflowKinds
{
    public const string EnrolNode = "enrol-node";
    public const string CleanNode = "clean-node";
    public const string Deploy = "deploy";
    public const string Undeploy = "undeploy";
    public const string Start = "start";
    public const string Stop = "stop";
    public const string Reboot = "reboot";
    public const string AttachVolume = "attach-volume";
    public const string DetachVolume = "detach-volume";
    public const string AttachInterface = "attach-interface";
    public const string DetachInterface = "detach-interface";
    public const string CreateVolume = "create-volume";
    public const string DeleteVolume = "delete-volume";
    public const string ExtendVolume = "extend-volume";
    public const string CreateSnapshot = "create-snapshot";
    public const string DeleteSnapshot = "delete-snapshot";
}
