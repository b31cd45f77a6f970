namespace Lab.Manager.Conductor.Workflows;

/// <summary>Shows one more NIC to a deployed server. A failure gives the port back.</summary>
internal sealed class AttachInterfaceWorkflow(ServerOperations servers) : WorkflowDefinition
{
    public override string Kind => WorkflowKinds.AttachInterface;

    public override IReadOnlyList<string> SupersededBy { get; } = [WorkflowKinds.Undeploy];

    public override IReadOnlyList<WorkflowStep> Steps =>
    [
        new("bind", BindAsync, UnbindAsync),
        new("converge", ConvergeAsync),
    ];

    public override Task FailedAsync(WorkflowRun run, WorkflowFailure failure, CancellationToken token) =>
        servers.WithPortsAsync(ports => ports.ReleaseAsync(run.ObjectId!.Value, run.SubjectId, token));

    private async Task BindAsync(WorkflowRun run, CancellationToken token) => await servers.BindPortsAsync(
        run.SubjectId, [run.ObjectId!.Value], await servers.NodeAsync(run.SubjectId, token), bind: true, run.TraceParent, token);

    private async Task UnbindAsync(WorkflowRun run, CancellationToken token)
    {
        if (await servers.FindNodeAsync(run.SubjectId, token) is not { } node)
            return;
        await servers.BindPortsAsync(run.SubjectId, [run.ObjectId!.Value], node, bind: false, run.TraceParent, token);
        await servers.TryConvergeAsync(node.Id, run.TraceParent, token);
    }

    private async Task ConvergeAsync(WorkflowRun run, CancellationToken token)
    {
        var node = await servers.NodeAsync(run.SubjectId, token);
        await servers.ConvergeAsync(node.Id, run.TraceParent, servers.Options.ChangeTimeout, token);
        await servers.WithPortsAsync(ports => ports.SetActiveAsync(run.ObjectId!.Value, active: true, token));
    }
}

/// <summary>Takes a NIC from a deployed server. Where the guest does not let go of it, it stays.</summary>
internal sealed class DetachInterfaceWorkflow(ServerOperations servers) : WorkflowDefinition
{
    public override string Kind => WorkflowKinds.DetachInterface;

    public override IReadOnlyList<string> SupersededBy { get; } = [WorkflowKinds.Undeploy];

    public override IReadOnlyList<WorkflowStep> Steps =>
    [
        new("unbind", UnbindAsync, BindAsync),
        new("release", (run, token) => servers.WithPortsAsync(ports => ports.ReleaseAsync(run.ObjectId!.Value, run.SubjectId, token))),
    ];

    public override Task FailedAsync(WorkflowRun run, WorkflowFailure failure, CancellationToken token) =>
        servers.SetPortsActiveAsync(run.SubjectId, token);

    private async Task UnbindAsync(WorkflowRun run, CancellationToken token)
    {
        var node = await servers.NodeAsync(run.SubjectId, token);
        await servers.BindPortsAsync(run.SubjectId, [run.ObjectId!.Value], node, bind: false, run.TraceParent, token);
        await servers.ConvergeAsync(node.Id, run.TraceParent, servers.Options.ChangeTimeout, token);
    }

    private async Task BindAsync(WorkflowRun run, CancellationToken token)
    {
        if (await servers.FindNodeAsync(run.SubjectId, token) is not { } node)
            return;
        await servers.BindPortsAsync(run.SubjectId, [run.ObjectId!.Value], node, bind: true, run.TraceParent, token);
        await servers.TryConvergeAsync(node.Id, run.TraceParent, token);
    }
}
