using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Protocols.JsonRpc;

namespace Lab.Protocols.Qmp;

/// <summary>
/// The client's end of a QMP connection (docs/interop/qmp-spec of QEMU): greeting, capabilities negotiation, then commands matched by
/// id and events in the order they came. QMP's objects stand back to back on the stream, as JSON-RPC's of SPDK do.
/// </summary>
public sealed class QmpConnection : IAsyncDisposable
{
    private readonly IJsonRpcChannel channel;
    private readonly Action<QmpEvent> onEvent;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<JsonElement>> pending = new();
    private readonly SemaphoreSlim sending = new(1, 1);
    private readonly CancellationTokenSource stop = new();
    private readonly Task reading;
    private long lastId;
    private volatile bool closed;

    private QmpConnection(IJsonRpcChannel channel, Action<QmpEvent> onEvent, string version)
    {
        this.channel = channel;
        this.onEvent = onEvent;
        Version = version;
        reading = ReadAsync();
    }

    /// <summary>QEMU's version, "7.2.22".</summary>
    public string Version { get; }

    /// <summary>Ends when the other side closes or the connection is disposed; never faults.</summary>
    public Task Closed => reading;

    /// <summary>Reads the greeting and leaves capabilities negotiation mode (§4).</summary>
    /// <param name="onEvent">Called for each event on the reading loop: it must not block.</param>
    /// <exception cref="IOException">The other side closed.</exception>
    /// <exception cref="InvalidDataException">The other side does not speak QMP.</exception>
    public static async Task<QmpConnection> OpenAsync(IJsonRpcChannel channel, Action<QmpEvent> onEvent, CancellationToken token)
    {
        var text = await channel.ReceiveAsync(token) ?? throw new IOException("the QMP server closed before its greeting");
        if (!QmpMessage.TryRead(text, out var message) || message is not QmpMessage.Greeting greeting)
            throw new InvalidDataException("no QMP greeting");
        var connection = new QmpConnection(channel, onEvent, greeting.Version);
        try
        {
            await connection.ExecuteAsync("qmp_capabilities", null, token);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="QmpException">QEMU refused the command.</exception>
    /// <exception cref="IOException">The connection closed before the answer.</exception>
    public async Task<JsonElement> ExecuteAsync(string command, JsonNode? arguments, CancellationToken token)
    {
        var id = Interlocked.Increment(ref lastId);
        var call = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        pending[id] = call;
        try
        {
            if (closed)
                throw Gone();
            await sending.WaitAsync(token);
            try
            {
                await channel.SendAsync(QmpMessage.Command(command, arguments, id), token);
            }
            catch (ObjectDisposedException e)
            {
                throw new IOException("the QMP connection is closed", e);
            }
            finally
            {
                sending.Release();
            }
            return await call.Task.WaitAsync(token);
        }
        finally
        {
            pending.TryRemove(id, out _);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await reading;
        await channel.DisposeAsync();
        stop.Dispose();
    }

    private static IOException Gone() => new("the QMP connection is closed");

    private async Task ReadAsync()
    {
        try
        {
            while (await channel.ReceiveAsync(stop.Token) is { } text)
                if (QmpMessage.TryRead(text, out var message))
                    Dispatch(message);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or OperationCanceledException or ObjectDisposedException)
        {
            // Closed, or nothing that can be followed: the same to whoever waits.
        }
        finally
        {
            closed = true;
            foreach (var id in pending.Keys)
                if (pending.TryRemove(id, out var call))
                    call.TrySetException(Gone());
        }
    }

    private void Dispatch(QmpMessage message)
    {
        switch (message)
        {
            case QmpMessage.Event { Value: var value }:
                onEvent(value);
                break;
            case QmpMessage.Return { Id: { } id, Value: var value } when pending.TryRemove(id, out var call):
                call.TrySetResult(value);
                break;
            case QmpMessage.Failure { Id: { } id } failure when pending.TryRemove(id, out var call):
                call.TrySetException(new QmpException(failure.ErrorClass, failure.Description));
                break;
        }
    }
}
