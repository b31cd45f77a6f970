using Lab.Manager.BareMetal;

namespace Lab.Manager.Conductor.Workflows;

/// <summary>A node that registered for the first time: verified, then cleaned like any other, then available.</summary>
internal sealed class EnrolNodeWorkflow(ServerOperations servers, NodeStates states) : WorkflowDefinition
{
    public override string Kind => WorkflowKinds.EnrolNode;

    public override IReadOnlyList<WorkflowStep> Steps =>
    [
        new("verify", (run, token) => states.RaiseAsync(run.SubjectId, ProvisionEvent.Manage, token)),
        new("manage", (run, token) => states.RaiseAsync(run.SubjectId, ProvisionEvent.Done, token)),
        new("provide", (run, token) => states.RaiseAsync(run.SubjectId, ProvisionEvent.Provide, token)),
        new("clean", (run, token) => CleanNodeWorkflow.CleanAsync(servers, states, run, token)),
    ];

    public override Task FailedAsync(WorkflowRun run, WorkflowFailure failure, CancellationToken token) =>
        states.RaiseAsync(run.SubjectId, ProvisionEvent.Fail, token, failure.Cause);
}

/// <summary>
/// A node between two tenants: it must have nothing and be off before it is available. It waits as long as that takes, so that a
/// DPU that was away is cleaned when it comes back.
/// </summary>
internal sealed class CleanNodeWorkflow(ServerOperations servers, NodeStates states) : WorkflowDefinition
{
    public override string Kind => WorkflowKinds.CleanNode;

    public override IReadOnlyList<WorkflowStep> Steps => [new("clean", (run, token) => CleanAsync(servers, states, run, token))];

    public override Task FailedAsync(WorkflowRun run, WorkflowFailure failure, CancellationToken token) =>
        states.RaiseAsync(run.SubjectId, ProvisionEvent.Fail, token, failure.Cause);

    public static async Task CleanAsync(ServerOperations servers, NodeStates states, WorkflowRun run, CancellationToken token)
    {
        await servers.ConvergeAsync(run.SubjectId, run.TraceParent, timeout: null, token);
        await states.RaiseAsync(run.SubjectId, ProvisionEvent.Done, token);
    }
}
