using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Lab.Emulators.Dpu.DataPath.Vhost;
using Lab.Emulators.Dpu.Linux;
using Lab.Protocols.VhostUser;
using Microsoft.Win32.SafeHandles;

namespace Lab.Emulators.Dpu.Tests.DataPath.Vhost;

/// <summary>The hypervisor's side of an export: its messages in QEMU's order, and one request at a time on each ring.</summary>
internal sealed class FrontEnd : IDisposable
{
    private const int Bytes = 1 << 20;
    private const int QueueBytes = 0x10000;
    private const int Available = 0x1000;
    private const int Used = 0x2000;
    private const int Header = 0x3000;
    private const int Status = 0x3800;
    private const int Data = 0x4000;
    private const ushort Size = 16;
    private const ulong User = 0x7f00_0000_0000;

    private readonly Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly VhostSocket messages;
    private readonly SafeFileHandle file = MemFd.Create(Bytes, allowsSeals: true);
    private readonly SharedMemory memory;
    private readonly Dictionary<uint, SafeFileHandle> kicks = [];

    public FrontEnd(string path)
    {
        socket.Connect(new UnixDomainSocketEndPoint(path));
        socket.ReceiveTimeout = 20_000;
        messages = new VhostSocket(socket);
        memory = SharedMemory.Map(file, Bytes);
    }

    public VirtioFeatures Features { get; private set; }

    public int Queues { get; private set; }

    /// <summary>Agrees on features and protocol features, and starts all rings.</summary>
    public void Start(SafeHandle? backendSocket = null)
    {
        Features = (VirtioFeatures)AskNumber(VhostUserRequest.GetFeatures);
        Tell(VhostUserRequest.SetProtocolFeatures, AskNumber(VhostUserRequest.GetProtocolFeatures));
        Queues = (int)AskNumber(VhostUserRequest.GetQueueNum);
        Tell(VhostUserRequest.SetOwner, []);
        if (backendSocket is not null)
            Tell(VhostUserRequest.SetBackendRequestFd, [], backendSocket);
        Tell(VhostUserRequest.SetFeatures, (ulong)(Features & ~VirtioFeatures.EventIndex));
        Tell(VhostUserRequest.SetMemoryTable, Words(1, 0, Bytes, User, 0), file);
        for (var queue = 0u; queue < Queues; queue++)
            StartRing(queue);
    }

    /// <returns>Bytes of the device, as its configuration says.</returns>
    public ulong ReadSize()
    {
        var payload = new byte[12 + VirtioBlkConfig.Bytes];
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(4), VirtioBlkConfig.Bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(Ask(VhostUserRequest.GetConfig, payload).AsSpan(12)) * VirtioBlkConfig.SectorBytes;
    }

    /// <summary>Stops a ring: the answer comes when nothing of it is under way.</summary>
    public uint StopRing(uint queue) => VringState.Read(Ask(VhostUserRequest.GetVringBase, State(queue, 0))).Number;

    /// <summary>Stopped and described anew, as by a reset of the guest.</summary>
    public unsafe void RestartRing(uint queue)
    {
        StopRing(queue);
        new Span<byte>(Ring(queue), QueueBytes).Clear();
        StartRing(queue);
    }

    public unsafe void Offer(uint queue, VirtioBlkType type, ulong sector, byte value = 0, uint length = 512)
    {
        var ring = Ring(queue);
        var at = queue * QueueBytes;
        *(ulong*)(ring + Header) = (uint)type;
        *(ulong*)(ring + Header + 8) = sector;
        ring[Status] = 0xff;
        new Span<byte>(ring + Data, (int)length).Fill(value);
        var table = (VirtqDescriptor*)ring;
        var direction = type == VirtioBlkType.Out ? (ushort)0 : VirtqDescriptor.Write;
        table[0] = new() { Address = at + Header, Length = 16, Flags = VirtqDescriptor.Next, NextIndex = 1 };
        table[1] = new() { Address = at + Data, Length = length, Flags = (ushort)(VirtqDescriptor.Next | direction), NextIndex = 2 };
        table[2] = new() { Address = at + Status, Length = 1, Flags = VirtqDescriptor.Write };
        // Entry 0 of the ring is head 0, as all of them are.
        Volatile.Write(ref *(ushort*)(ring + Available + 2), (ushort)(*(ushort*)(ring + Available + 2) + 1));
        EventFd.Signal(kicks[queue]);
    }

    /// <summary>A request, done.</summary>
    public async Task<(VirtioBlkStatus Status, byte First)> DoAsync(uint queue, VirtioBlkType type, ulong sector, byte value = 0)
    {
        var before = UsedIndex(queue);
        Offer(queue, type, sector, value);
        await Eventually.TrueAsync($"queue {queue} does a request", () => UsedIndex(queue) != before);
        return Outcome(queue);
    }

    public unsafe ushort UsedIndex(uint queue) => Volatile.Read(ref *(ushort*)(Ring(queue) + Used + 2));

    public void Tell(VhostUserRequest request, ReadOnlySpan<byte> payload, SafeHandle? with = null) =>
        messages.Send(new VhostUserHeader((uint)request, VhostUserHeader.Version, (uint)payload.Length), payload, with);

    public void Dispose()
    {
        socket.Dispose();
        memory.Dispose();
        file.Dispose();
        foreach (var kick in kicks.Values)
            kick.Dispose();
    }

    private unsafe (VirtioBlkStatus, byte) Outcome(uint queue) => ((VirtioBlkStatus)Ring(queue)[Status], Ring(queue)[Data]);

    private void StartRing(uint queue)
    {
        var at = User + (queue * QueueBytes);
        if (kicks.Remove(queue, out var last))
            last.Dispose();
        kicks.Add(queue, EventFd.Create());
        Tell(VhostUserRequest.SetVringNum, State(queue, Size));
        Tell(VhostUserRequest.SetVringBase, State(queue, 0));
        Tell(VhostUserRequest.SetVringAddress, Words(queue, at, at + Used, at + Available, 0));
        Tell(VhostUserRequest.SetVringKick, Words(queue), kicks[queue]);
        Tell(VhostUserRequest.SetVringEnable, State(queue, 1));
    }

    private unsafe byte* Ring(uint queue) => memory.Memory + (queue * QueueBytes);

    private ulong AskNumber(VhostUserRequest request) => BinaryPrimitives.ReadUInt64LittleEndian(Ask(request, []));

    private byte[] Ask(VhostUserRequest request, ReadOnlySpan<byte> payload)
    {
        Tell(request, payload);
        var answer = messages.Receive() ?? throw new IOException($"{request}: the back end is gone");
        Assert.Equal((uint)request, answer.Header.Request);
        return answer.Payload;
    }

    private void Tell(VhostUserRequest request, ulong value) => Tell(request, Words(value));

    private static byte[] State(uint queue, uint number)
    {
        var bytes = new byte[VringState.Bytes];
        new VringState(queue, number).Write(bytes);
        return bytes;
    }

    private static byte[] Words(params ulong[] words) => MemoryMarshal.AsBytes<ulong>(words).ToArray();
}
