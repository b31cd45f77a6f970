using Lab.Contracts.Link;
using Lab.Contracts.Telemetry;
using Lab.Manager.Compute;
using Lab.Manager.Link;
using Lab.Protocols.JsonRpc;

namespace Lab.Manager.Conductor.Workflows;

/// <summary>Resets the host: softly where the BMC can, else hard. The request's id keeps a resumed workflow from resetting twice.</summary>
internal sealed class RebootWorkflow(ServerOperations servers, AgentRegistry agents, TimeProvider time) : WorkflowDefinition
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    public override string Kind => WorkflowKinds.Reboot;

    public override IReadOnlyList<string> SupersededBy { get; } = [WorkflowKinds.Undeploy];

    public override IReadOnlyList<WorkflowStep> Steps =>
    [
        new("reset", ResetAsync),
        new("finish", EndAsync),
    ];

    public override Task FailedAsync(WorkflowRun run, WorkflowFailure failure, CancellationToken token) => EndAsync(run, token);

    private async Task ResetAsync(WorkflowRun run, CancellationToken token)
    {
        using var phase = OperationActivities.Start(OperationActivities.Power, run.TraceParent);
        var node = await servers.NodeAsync(run.SubjectId, token);
        var server = await servers.ReadAsync(run.SubjectId, token);
        var type = server.TaskState == TaskStates.RebootingHard ? ResetType.ForceRestart : ResetType.GracefulRestart;
        var began = time.GetTimestamp();
        var requestId = run.Id;
        while (true)
        {
            try
            {
                var agent = agents.Find(node.Id) ?? throw new IOException("its agent is not connected");
                await agent.ResetAsync(new ResetRequest(requestId, type, run.TraceParent), token);
                return;
            }
            catch (JsonRpcException e) when (e.Code == LinkErrors.Bmc && type == ResetType.GracefulRestart)
            {
                type = ResetType.ForceRestart;
                requestId = Second(run.Id);
            }
            catch (JsonRpcException e)
            {
                throw new WorkflowException(e.Message, e);
            }
            catch (Exception e) when (e is IOException or TimeoutException or System.Net.WebSockets.WebSocketException)
            {
                if (time.GetElapsedTime(began) >= servers.Options.ChangeTimeout)
                    throw new WorkflowException($"the node could not be reset: {e.Message}", e);
                await Task.Delay(RetryDelay, time, token);
            }
        }
    }

    private Task EndAsync(WorkflowRun run, CancellationToken token) =>
        servers.UpdateAsync(run.SubjectId, s => (s.Status, s.TaskState) = (ServerStatus.Active, null), token);

    /// <summary>Another id, the same at every try.</summary>
    private static Guid Second(Guid id)
    {
        var bytes = id.ToByteArray();
        bytes[^1] ^= 1;
        return new Guid(bytes);
    }
}
