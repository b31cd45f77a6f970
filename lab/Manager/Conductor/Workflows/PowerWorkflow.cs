using Lab.Contracts.Link;
using Lab.Manager.Compute;

namespace Lab.Manager.Conductor.Workflows;

/// <summary>Starts or stops a deployed server: only the power of its spec changes.</summary>
internal abstract class PowerWorkflow(ServerOperations servers, PowerState power) : WorkflowDefinition
{
    private readonly ServerStatus before = power == PowerState.On ? ServerStatus.Shutoff : ServerStatus.Active;
    private readonly ServerStatus after = power == PowerState.On ? ServerStatus.Active : ServerStatus.Shutoff;

    public override IReadOnlyList<string> SupersededBy { get; } = [WorkflowKinds.Undeploy];

    public override IReadOnlyList<WorkflowStep> Steps =>
    [
        new("power", (run, token) => SwitchAsync(run, power, token), RevertAsync),
        new("finish", (run, token) => servers.UpdateAsync(run.SubjectId, s => (s.Status, s.TaskState) = (after, null), token)),
    ];

    public override Task FailedAsync(WorkflowRun run, WorkflowFailure failure, CancellationToken token) =>
        servers.UpdateAsync(run.SubjectId, s => (s.Status, s.TaskState) = (before, null), token);

    private async Task SwitchAsync(WorkflowRun run, PowerState to, CancellationToken token)
    {
        await servers.UpdateAsync(run.SubjectId, s => s.Power = to, token);
        var node = await servers.NodeAsync(run.SubjectId, token);
        await servers.ConvergeAsync(node.Id, run.TraceParent, servers.Options.ChangeTimeout, token);
    }

    private async Task RevertAsync(WorkflowRun run, CancellationToken token)
    {
        await servers.UpdateAsync(run.SubjectId, s => s.Power = power == PowerState.On ? PowerState.Off : PowerState.On, token);
        if (await servers.FindNodeAsync(run.SubjectId, token) is { } node)
            await servers.RefreshAsync(node.Id, run.TraceParent, token);
    }
}

internal sealed class StartWorkflow(ServerOperations servers) : PowerWorkflow(servers, PowerState.On)
{
    public override string Kind => WorkflowKinds.Start;
}

internal sealed class StopWorkflow(ServerOperations servers) : PowerWorkflow(servers, PowerState.Off)
{
    public override string Kind => WorkflowKinds.Stop;
}
