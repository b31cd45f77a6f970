using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Net;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Dpu.DataPath.NvmeTcp.Admin;

/// <summary>
/// The admin queue of a controller, and with it the association: it lives as long as this connection. Ordinary asynchronous code; nothing
/// here is in the path of a request.
/// </summary>
internal sealed class AdminQueue : IAsyncDisposable
{
    public const ushort Entries = 32;

    private readonly Socket socket;
    private readonly CapsuleStream capsules;
    private readonly ConcurrentDictionary<ushort, Pending> pending = new();
    private readonly SemaphoreSlim sending = new(1, 1);
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource<IOException> lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task receiving = Task.CompletedTask;

    private AdminQueue(Socket socket)
    {
        this.socket = socket;
        capsules = new CapsuleStream(new NetworkStream(socket));
    }

    public ushort ControllerId { get; private set; }

    /// <summary>Ends with the association, and tells why.</summary>
    public Task<IOException> Lost => lost.Task;

    /// <exception cref="IOException">The controller cannot be reached or refuses.</exception>
    public static async Task<AdminQueue> ConnectAsync(IPEndPoint target, HostIdentity host, CancellationToken token)
    {
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(target, token);
            var queue = new AdminQueue(socket);
            (_, queue.ControllerId) = await QueueSetup.RunAsync(queue.capsules, host, 0, Entries, ConnectData.AnyController, token);
            queue.receiving = queue.ReceiveAsync();
            return queue;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new IOException($"{target}: {e.Message}", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <returns>Dwords 0 and 1 of the completion.</returns>
    /// <exception cref="NvmeStatusException">The controller refused.</exception>
    /// <exception cref="IOException">The association ended.</exception>
    public async Task<ulong> ExecuteAsync(string what, byte[] entry, Memory<byte> wanted, CancellationToken token)
    {
        var command = new Pending(wanted);
        ushort id;
        await sending.WaitAsync(token);
        try
        {
            do
                id = capsules.NextCommandId();
            while (!pending.TryAdd(id, command));
            if (lost.Task.IsCompleted)
                throw await lost.Task;
            await capsules.SendAsync(entry, id, ReadOnlyMemory<byte>.Empty, wanted.Length, token);
        }
        catch (SocketException e)
        {
            throw new IOException(e.Message, e);
        }
        finally
        {
            sending.Release();
        }
        var completion = await command.Completed.WaitAsync(token);
        return completion.Status == 0 ? completion.Result : throw new NvmeStatusException(completion.Status, what);
    }

    public Task<ulong> ExecuteAsync(string what, byte[] entry, CancellationToken token) => ExecuteAsync(what, entry, Memory<byte>.Empty, token);

    /// <summary>The association is of no more use.</summary>
    public void Fail(IOException reason)
    {
        if (!lost.TrySetResult(reason))
            return;
        foreach (var command in pending.Values)
            command.Fail(reason);
        socket.Close(0);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        Fail(new IOException("detached"));
        await receiving;
        socket.Dispose();
        sending.Dispose();
        stop.Dispose();
    }

    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
            {
                var completion = await capsules.ReceiveAsync(
                    id => pending.TryGetValue(id, out var known) ? known.Wanted : Memory<byte>.Empty, stop.Token);
                if (!pending.TryRemove(completion.CommandId, out var command))
                    throw new IOException("answer to a command that was not sent");
                command.Complete(completion);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            Fail(e as IOException ?? new IOException(e.Message, e));
        }
    }

    private sealed class Pending(Memory<byte> wanted)
    {
        private readonly TaskCompletionSource<AdminCompletion> completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Memory<byte> Wanted => wanted;

        public Task<AdminCompletion> Completed => completed.Task;

        public void Complete(AdminCompletion completion) => completed.TrySetResult(completion);

        public void Fail(IOException reason) => completed.TrySetException(reason);
    }
}
