using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Lab.Agent.Reconcile;
using Lab.Contracts.Link;
using Lab.Protocols.JsonRpc;
using Microsoft.Extensions.Logging;

namespace Lab.Agent.Link;

/// <summary>
/// The agent dials the manager, registers, and tells its status at every change and at least at every heartbeat. A link that breaks is
/// dialled again with jittered back-off; what the DPU presents goes on meanwhile.
/// </summary>
public sealed class ManagerLink(
    ManagerLinkOptions options, X509Certificate2 certificate, LinkMethodTable methods, StatusBoard board,
    TimeProvider time, Random random, ILogger<ManagerLink> log)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(15);

    /// <summary>The longest that connecting, or one answer of the manager, may take.</summary>
    private static readonly TimeSpan AnswerTimeMax = TimeSpan.FromSeconds(15);
    private const int HeartbeatSecondsMax = 3600;

    /// <param name="registration">Read anew for each connection.</param>
    public async Task RunAsync(Func<CancellationToken, Task<NodeRegistration>> registration, CancellationToken token)
    {
        var backoff = new Backoff(FirstRetry, LongestRetry, random);
        while (true)
        {
            string reason;
            try
            {
                await RunOnceAsync(await registration(token), backoff, token);
                reason = "the manager closed it";
            }
            catch (Exception e) when (IsExpected(e) && !token.IsCancellationRequested)
            {
                reason = e.InnerException is null ? e.Message : $"{e.Message} {e.InnerException.Message}";
            }
            token.ThrowIfCancellationRequested();
            var wait = backoff.Next();
            log.NoLink(options.Manager, reason, wait.TotalSeconds);
            await Task.Delay(wait, time, token);
        }
    }

    private async Task RunOnceAsync(NodeRegistration registration, Backoff backoff, CancellationToken token)
    {
        using var socket = new ClientWebSocket();
        socket.Options.Proxy = null;
        socket.Options.ClientCertificates.Add(certificate);
        socket.Options.RemoteCertificateValidationCallback = (_, shown, _, errors) => options.Trust.Accepts(shown, errors);
        socket.Options.KeepAliveInterval = AnswerTimeMax / 3;
        socket.Options.KeepAliveTimeout = AnswerTimeMax;
        await WithinAsync(t => socket.ConnectAsync(options.LinkAddress, t), token);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        var registered = new TaskCompletionSource<Guid>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var peer = new JsonRpcPeer(new WebSocketJsonRpcChannel(socket), methods.For(registered.Task));
        var reading = peer.RunAsync(stop.Token);
        var telling = TellAsync(peer, registration, registered, backoff, stop.Token);
        try
        {
            await await Task.WhenAny(reading, telling);
        }
        finally
        {
            await stop.CancelAsync();
            registered.TrySetCanceled(CancellationToken.None);
            await Task.WhenAll(reading, telling).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task TellAsync(
        JsonRpcPeer peer, NodeRegistration registration, TaskCompletionSource<Guid> registered, Backoff backoff, CancellationToken token)
    {
        RegistrationReply? reply = null;
        await WithinAsync(async t => reply = await peer.InvokeAsync(
            LinkMethods.Register, registration, LinkJson.Default.NodeRegistration, LinkJson.Default.RegistrationReply, t), token);
        var heartbeat = TimeSpan.FromSeconds(Math.Clamp(reply!.HeartbeatSeconds, 1, HeartbeatSecondsMax));
        log.Registered(options.Manager, reply.NodeId);
        backoff.Reset();
        registered.TrySetResult(reply.NodeId);
        while (true)
        {
            if (board.Latest is { } status)
                await WithinAsync(t => peer.InvokeAsync(
                    LinkMethods.Status, System.Text.Json.JsonSerializer.SerializeToNode(status, LinkJson.Default.NodeStatus), t), token);
            await board.WaitAsync(heartbeat, token);
        }
    }

    private async Task WithinAsync(Func<CancellationToken, Task> call, CancellationToken token)
    {
        using var late = new CancellationTokenSource(AnswerTimeMax, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(token, late.Token);
        try
        {
            await call(both.Token);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            throw new IOException($"no answer within {AnswerTimeMax.TotalSeconds:0} s");
        }
    }

    private static bool IsExpected(Exception e) =>
        e is WebSocketException or IOException or JsonRpcException or InvalidDataException or HttpRequestException
            or AuthenticationException or Compute.BmcException or Dpu.DpuException or OperationCanceledException
            or System.Text.Json.JsonException;
}
