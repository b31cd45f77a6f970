using System.Text.Json;
using System.Threading.Channels;
using Lab.Contracts.Link;
using Lab.Manager.BlockStorage;
using Lab.Protocols.JsonRpc;

namespace Lab.Manager.Link;

/// <summary>
/// One connection of an agent. First it registers; from then on statuses come in and the node's spec goes out whenever its
/// generation grew. Pushes coalesce: only the newest spec matters.
/// </summary>
internal sealed partial class AgentSession(
    IJsonRpcChannel channel, string serial, AgentRegistry registry, NodeRegistrar nodes, HostSecrets secrets, TimeProvider time, ILogger<AgentSession> logger) : IAsyncDisposable
{
    /// <summary>Longest time between two statuses, seconds.</summary>
    public const int HeartbeatSeconds = 5;
    private static readonly TimeSpan PushRetryDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);
    private readonly CancellationTokenSource stop = new();
    private readonly Channel<NodeSpec?> pushes =
        Channel.CreateBounded<NodeSpec?>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private JsonRpcPeer? peer;
    private Guid? nodeId;

    /// <summary>Runs until the agent leaves, a newer connection of it comes, or the manager stops.</summary>
    public async Task RunAsync(CancellationToken token)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(token, stop.Token);
        peer = new JsonRpcPeer(channel, Methods());
        var pushing = PushLoopAsync(linked.Token);
        try
        {
            await peer.RunAsync(linked.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or InvalidDataException or JsonException or IOException
            or System.Net.WebSockets.WebSocketException)
        {
            LogEnded(serial, e.Message);
        }
        finally
        {
            if (nodeId is { } id)
                registry.Remove(id, this);
            await linked.CancelAsync();
            await pushing;
            LogLeft(serial);
        }
    }

    /// <param name="spec">The newest; null has it read.</param>
    public void Push(NodeSpec? spec) => pushes.Writer.TryWrite(spec);

    public void Close()
    {
        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself meanwhile.
        }
    }

    public Task ResetAsync(ResetRequest request, CancellationToken token) =>
        CallAsync(t => peer!.InvokeAsync(LinkMethods.Reset, JsonSerializer.SerializeToNode(request, LinkJson.Default.ResetRequest), t), token);

    public async Task<string> ReadConsoleAsync(int? linesMax, CancellationToken token)
    {
        var reply = await CallAsync(
            t => peer!.InvokeAsync(LinkMethods.ReadConsole, new ConsoleRequest(linesMax), LinkJson.Default.ConsoleRequest, LinkJson.Default.ConsoleReply, t),
            token);
        return reply.Text;
    }

    public ValueTask DisposeAsync()
    {
        stop.Dispose();
        return peer?.DisposeAsync() ?? channel.DisposeAsync();
    }

    private JsonRpcMethods Methods() => new JsonRpcMethods()
        .Add(LinkMethods.Register, LinkJson.Default.NodeRegistration, LinkJson.Default.RegistrationReply, RegisterAsync)
        .Add(LinkMethods.Status, async (parameters, token) =>
        {
            NodeStatus status;
            try
            {
                status = parameters.Deserialize(LinkJson.Default.NodeStatus) ?? throw new JsonException("null");
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                throw new JsonRpcException(JsonRpcErrors.InvalidParams, "Invalid parameters: " + e.Message);
            }
            if (nodeId is not { } id)
                throw new JsonRpcException(JsonRpcErrors.InvalidRequest, $"{LinkMethods.Register} comes first");
            if (registry.Find(id) == this)
                await nodes.ReportAsync(id, status, token);
            return null;
        });

    private async Task<RegistrationReply> RegisterAsync(NodeRegistration registration, CancellationToken token)
    {
        if (registration.Serial != serial)
            throw new JsonRpcException(JsonRpcErrors.InvalidParams, $"the certificate is {serial}'s, not {registration.Serial}'s");
        var id = await nodes.RegisterAsync(registration, token);
        nodeId = id;
        registry.Add(id, this);
        LogRegistered(serial, id, registration.AgentVersion);
        Push(null);
        return new RegistrationReply(id, HeartbeatSeconds);
    }

    private async Task PushLoopAsync(CancellationToken token)
    {
        var pushed = -1L;
        try
        {
            while (await pushes.Reader.WaitToReadAsync(token))
            {
                pushes.Reader.TryRead(out var spec);
                if (nodeId is not { } id)
                    continue;
                spec ??= await nodes.FindSpecAsync(id, token);
                if (spec is null || spec.Generation <= pushed)
                    continue;
                if (await TryApplyAsync(id, spec, token))
                {
                    pushed = spec.Generation;
                    continue;
                }
                await Task.Delay(PushRetryDelay, time, token);
                Push(null);
            }
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // The connection is over.
        }
    }

    private async Task<bool> TryApplyAsync(Guid id, NodeSpec spec, CancellationToken token)
    {
        try
        {
            await CallAsync(t => peer!.InvokeAsync(LinkMethods.Apply, JsonSerializer.SerializeToNode(secrets.Complete(spec), LinkJson.Default.NodeSpec), t), token);
            return true;
        }
        catch (JsonRpcException e) when (e.Code == LinkErrors.StaleGeneration)
        {
            // Another manager is ahead of us: to overtake it would let two managers fight over one node.
            LogStale(serial, spec.Generation, e.Message);
            await nodes.ReportErrorAsync(id, $"the agent holds a newer generation than {spec.Generation}: {e.Message}", token);
            return true;
        }
        catch (Exception e) when (e is JsonRpcException or IOException or TimeoutException or System.Net.WebSockets.WebSocketException)
        {
            LogApplyFailed(serial, spec.Generation, e.Message);
            return false;
        }
    }

    private async Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken token)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(token);
        using var timeout = new CancellationTokenSource(CallTimeout, time);
        await using var registration = timeout.Token.Register(limited.Cancel);
        try
        {
            return await call(limited.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !token.IsCancellationRequested)
        {
            throw new TimeoutException($"the agent of {serial} did not answer within {CallTimeout.TotalSeconds} s");
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Agent of {Serial} is node {NodeId}, version {Version}")]
    private partial void LogRegistered(string serial, Guid nodeId, string version);

    [LoggerMessage(Level = LogLevel.Information, Message = "Agent of {Serial} left")]
    private partial void LogLeft(string serial);

    [LoggerMessage(Level = LogLevel.Information, Message = "Connection of {Serial} ended: {Reason}")]
    private partial void LogEnded(string serial, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Agent of {Serial} refused generation {Generation}: {Reason}")]
    private partial void LogStale(string serial, long generation, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Agent of {Serial} did not take generation {Generation}: {Reason}")]
    private partial void LogApplyFailed(string serial, long generation, string reason);
}
