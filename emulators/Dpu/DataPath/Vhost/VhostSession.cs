using System.Buffers.Binary;
using System.Net.Sockets;
using Lab.Emulators.Dpu.Linux;
using Lab.Protocols.VhostUser;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Lab.Emulators.Dpu.DataPath.Vhost;

/// <summary>
/// One front end on an export (vhost-user specification), from its connection to its end. Its messages are handled on a thread of the
/// session's own; what touches rings is done on their reactor.
/// </summary>
internal sealed unsafe partial class VhostSession : IDisposable
{
    private const VhostUserProtocolFeatures OfferedFeatures =
        VhostUserProtocolFeatures.MultiQueue | VhostUserProtocolFeatures.ReplyAck | VhostUserProtocolFeatures.BackendRequest | VhostUserProtocolFeatures.Config
        | VhostUserProtocolFeatures.InflightShm;

    private const int ConfigHeaderBytes = 12;
    private const int ConfigBytesMax = 256;
    private const ulong NoFile = 1 << 8;
    private const ulong QueueMask = 0xff;

    private readonly Socket socket;
    private readonly VhostSocket messages;
    private readonly VhostBlkDevice device;
    private readonly Reactor reactor;
    private readonly ILogger logger;
    private readonly VirtQueue[] queues;
    private readonly Lock telling = new();
    private VhostUserProtocolFeatures protocol;
    private SharedMemory? inflight;
    private Socket? backendSocket;

    public VhostSession(Socket socket, VhostBlkDevice device, Reactor reactor, ILogger logger)
    {
        this.socket = socket;
        this.device = device;
        this.reactor = reactor;
        this.logger = logger;
        messages = new VhostSocket(socket);
        queues = [.. Enumerable.Range(0, (int)device.Queues).Select(i => new VirtQueue(i, device, reason => LogBroken(logger, reason)))];
    }

    /// <summary>Serves until either side ends it; returns when nothing of the front end's memory is in use any more.</summary>
    public void Run()
    {
        // One that only looks whether there is an export costs none of the device's connections.
        if (!messages.HasMessage())
            return;
        OnReactor(() => device.Channel = device.OpenChannel(reactor));
        using var watch = device.WatchSize(TellSize);
        try
        {
            while (messages.Receive() is { } message)
            {
                try
                {
                    Handle(message);
                }
                catch
                {
                    message.CloseFiles();
                    throw;
                }
            }
        }
        catch (Exception e) when (e is VhostException or SocketException or ObjectDisposedException or IOException)
        {
            LogEnded(logger, e.Message);
        }
        finally
        {
            End();
        }
    }

    public void Abort()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It ended by itself.
        }
    }

    public void Dispose()
    {
        lock (telling)
        {
            backendSocket?.Dispose();
            backendSocket = null;
        }
    }

    private void Handle(VhostMessage message)
    {
        var request = (VhostUserRequest)message.Header.Request;
        var isAnswered = true;
        switch (request)
        {
            case VhostUserRequest.GetFeatures:
                messages.Reply(request, (ulong)device.Offered);
                break;
            case VhostUserRequest.GetProtocolFeatures:
                messages.Reply(request, (ulong)OfferedFeatures);
                break;
            case VhostUserRequest.GetQueueNum:
                messages.Reply(request, (ulong)queues.Length);
                break;
            case VhostUserRequest.GetConfig:
                ReplyConfig(message);
                break;
            case VhostUserRequest.GetVringBase:
                ReplyBase(message);
                break;
            case VhostUserRequest.GetInflightFd:
                ReplyInflight(message);
                break;
            default:
                isAnswered = false;
                Take(request, message);
                break;
        }
        if (!isAnswered && message.Header.WantsAck && protocol.HasFlag(VhostUserProtocolFeatures.ReplyAck))
            messages.Reply(request, 0ul);
    }

    /// <summary>Requests that have no answer of their own.</summary>
    private void Take(VhostUserRequest request, VhostMessage message)
    {
        switch (request)
        {
            case VhostUserRequest.SetFeatures:
                device.Features = (VirtioFeatures)ReadNumber(message) & device.Offered;
                break;
            case VhostUserRequest.SetProtocolFeatures:
                protocol = (VhostUserProtocolFeatures)ReadNumber(message) & OfferedFeatures;
                break;
            case VhostUserRequest.SetOwner or VhostUserRequest.ResetOwner or VhostUserRequest.SetConfig:
                break;
            case VhostUserRequest.SetMemoryTable:
                SetMemory(message);
                break;
            case VhostUserRequest.SetVringNum:
                var size = ReadState(message);
                OnReactor(() => Queue(size.Index).SetSize(size.Number));
                break;
            case VhostUserRequest.SetVringBase:
                var start = ReadState(message);
                OnReactor(() => Queue(start.Index).Base = (ushort)start.Number);
                break;
            case VhostUserRequest.SetVringAddress:
                if (message.Payload.Length < VringAddress.Bytes)
                    throw new VhostException("a ring's address that is too short");
                var address = VringAddress.Read(message.Payload);
                OnReactor(() => Queue(address.Index).Address = address);
                break;
            case VhostUserRequest.SetVringKick:
                SetKick(message);
                break;
            case VhostUserRequest.SetVringCall:
                SetFile(message, static (queue, file) => queue.SetCall(file));
                break;
            case VhostUserRequest.SetVringError:
                SetFile(message, static (queue, file) =>
                {
                    queue.Error?.Dispose();
                    queue.Error = file;
                });
                break;
            case VhostUserRequest.SetVringEnable:
                var state = ReadState(message);
                OnReactor(() =>
                {
                    var queue = Queue(state.Index);
                    queue.IsEnabled = state.Number != 0;
                    queue.Process();
                });
                break;
            case VhostUserRequest.SetBackendRequestFd:
                SetBackendSocket(message);
                break;
            case VhostUserRequest.SetInflightFd:
                SetInflight(message);
                break;
            default:
                throw new VhostException($"a request of type {message.Header.Request}");
        }
    }

    private void SetMemory(VhostMessage message)
    {
        if (!MemoryRegion.TryReadTable(message.Payload, out var table))
            throw new VhostException("a table of memory that does not hold what it says");
        var memory = GuestMemory.Map(table, message.Files);
        message.CloseFiles();
        // The old memory is in use until the last request in it is done.
        var running = queues.Where(queue => queue.IsRunning).ToList();
        Stop(running);
        OnReactor(() =>
        {
            device.Memory?.Dispose();
            device.Memory = memory;
            foreach (var queue in running)
                queue.Start(reactor);
        });
    }

    private void SetKick(VhostMessage message)
    {
        var (index, file) = ReadFile(message);
        if (file is null)
            throw new VhostException("a ring without a descriptor to kick, which would have to be polled");
        OnReactor(() =>
        {
            var queue = Queue(index);
            queue.SetKick(file);
            // Without protocol features rings are enabled from the start.
            queue.IsEnabled |= !device.Features.HasFlag(VirtioFeatures.VhostProtocolFeatures);
            queue.Start(reactor);
        });
    }

    private void SetFile(VhostMessage message, Action<VirtQueue, SafeFileHandle?> set)
    {
        var (index, file) = ReadFile(message);
        OnReactor(() => set(Queue(index), file));
    }

    private void SetBackendSocket(VhostMessage message)
    {
        if (message.Files is not [var file])
            throw new VhostException("no descriptor for the back end's requests");
        var descriptor = file.DangerousGetHandle();
        file.SetHandleAsInvalid();
        lock (telling)
        {
            backendSocket?.Dispose();
            backendSocket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
        }
    }

    private void SetInflight(VhostMessage message)
    {
        if (message.Payload.Length < InflightDescription.Bytes || message.Files is not [var file])
            throw new VhostException("no descriptor for requests under way");
        var description = InflightDescription.Read(message.Payload);
        var each = InflightRegion.BytesFor(description.QueueSize);
        // A front end may use fewer queues than there are.
        if (description.Queues > queues.Length || description.MapSize < each * description.Queues
            || description.MapOffset > ulong.MaxValue - description.MapSize || description.QueueSize > VirtQueue.SizeMax)
            throw new VhostException("too little memory for requests under way");
        var memory = SharedMemory.Map(file, description.MapOffset + description.MapSize);
        file.Dispose();
        OnReactor(() =>
        {
            inflight?.Dispose();
            inflight = memory;
            for (var i = 0; i < queues.Length; i++)
                queues[i].Inflight = i < description.Queues
                    ? new InflightRegion(memory.Memory + description.MapOffset + ((ulong)i * each), description.QueueSize)
                    : null;
        });
    }

    private void ReplyConfig(VhostMessage message)
    {
        if (message.Payload.Length < ConfigHeaderBytes)
            throw new VhostException("a request for the configuration that is too short");
        var offset = BinaryPrimitives.ReadUInt32LittleEndian(message.Payload);
        var size = BinaryPrimitives.ReadUInt32LittleEndian(message.Payload.AsSpan(4));
        if (offset > ConfigBytesMax || size > ConfigBytesMax - offset)
            throw new VhostException($"a request for {size} bytes of configuration at {offset}");
        Span<byte> config = stackalloc byte[ConfigBytesMax];
        device.WriteConfig(config);
        messages.Reply(VhostUserRequest.GetConfig, [.. message.Payload.AsSpan(0, ConfigHeaderBytes), .. config.Slice((int)offset, (int)size)]);
    }

    private void ReplyBase(VhostMessage message)
    {
        var state = ReadState(message);
        var queue = Queue(state.Index);
        Stop([queue]);
        var payload = new byte[VringState.Bytes];
        new VringState(state.Index, queue.Base).Write(payload);
        messages.Reply(VhostUserRequest.GetVringBase, payload);
    }

    private void ReplyInflight(VhostMessage message)
    {
        if (message.Payload.Length < InflightDescription.Bytes)
            throw new VhostException("a request for memory that is too short");
        var asked = InflightDescription.Read(message.Payload);
        if (asked.Queues == 0 || asked.Queues > device.Queues || asked.QueueSize is 0 or > (ushort)VirtQueue.SizeMax)
            throw new VhostException($"memory for {asked.Queues} rings of {asked.QueueSize} entries");
        var size = InflightRegion.BytesFor(asked.QueueSize) * asked.Queues;
        using var file = SharedMemory.Create("vhost-inflight", (long)size);
        var payload = new byte[InflightDescription.Bytes];
        (asked with { MapSize = size, MapOffset = 0 }).Write(payload);
        messages.Reply(VhostUserRequest.GetInflightFd, payload, file);
    }

    private void TellSize()
    {
        lock (telling)
        {
            if (backendSocket is null)
                return;
            try
            {
                new VhostSocket(backendSocket).Send(new VhostUserHeader((uint)VhostUserBackendRequest.ConfigChange, VhostUserHeader.Version, 0), []);
            }
            catch (SocketException e)
            {
                LogEnded(logger, e.Message);
            }
        }
    }

    private void End()
    {
        Stop(queues);
        OnReactor(() =>
        {
            foreach (var queue in queues)
                queue.CloseDescriptors();
            device.Channel!.Dispose();
            device.Memory?.Dispose();
            (device.Channel, device.Memory) = (null, null);
            inflight?.Dispose();
        });
        Dispose();
    }

    private void Stop(IReadOnlyList<VirtQueue> stopping)
    {
        var ended = new List<Task>();
        OnReactor(() => ended.AddRange(stopping.Select(queue => queue.StopAsync())));
        Task.WaitAll([.. ended]);
    }

    private VirtQueue Queue(uint index) => index < queues.Length ? queues[index] : throw new VhostException($"there is no queue {index}");

    private void OnReactor(Action action) => reactor.RunAsync(action).GetAwaiter().GetResult();

    private static ulong ReadNumber(VhostMessage message) => message.Payload.Length >= sizeof(ulong)
        ? BinaryPrimitives.ReadUInt64LittleEndian(message.Payload)
        : throw new VhostException("a number that is too short");

    private static VringState ReadState(VhostMessage message) => message.Payload.Length >= VringState.Bytes
        ? VringState.Read(message.Payload)
        : throw new VhostException("a ring's state that is too short");

    private static (uint Index, SafeFileHandle? File) ReadFile(VhostMessage message)
    {
        var number = ReadNumber(message);
        if (((number & NoFile) == 0) != (message.Files.Count == 1))
            throw new VhostException("a ring's descriptor that did not come, or was not told");
        if (message.Files is not [var file])
            return ((uint)(number & QueueMask), null);
        // It may be anything: the reactor, which others share, must not wait for it.
        FileControl.SetNonBlocking(file);
        return ((uint)(number & QueueMask), file);
    }

    [LoggerMessage(LogLevel.Information, "a vhost-user front end left: {Reason}")]
    private static partial void LogEnded(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "{Reason}")]
    private static partial void LogBroken(ILogger logger, string reason);
}
