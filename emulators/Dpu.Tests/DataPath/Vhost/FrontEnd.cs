using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Lab.Emulators.Dpu.DataPath.Vhost;
using Lab.Emulators.Dpu.Linux;
using Lab.Protocols.VhostUser;
using Microsoft.Win32.SafeHandles;

namespace Lab.Emulators.Dpu.Tests.DataPath.Vhost;

/// <summary>A vhost-user front end over a socket, with a guest's memory and one ring in it, in the order in which QEMU says things.</summary>
internal sealed class FrontEnd : IDisposable
{
    public const int MemoryBytes = 256 * 1024;
    public const ulong Data = 0x8000;
    private const ulong UserAddress = 0x7000_0000_0000;
    private const ulong NoFile = 1 << 8;

    private readonly Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly VhostSocket messages;
    private readonly SharedMemory memory;

    public unsafe FrontEnd(string path)
    {
        socket.Connect(new UnixDomainSocketEndPoint(path));
        messages = new VhostSocket(socket);
        memory = SharedMemory.Map(MemoryFile, MemoryBytes);
        Ring = new DriverRing(memory.Memory);
    }

    public DriverRing Ring { get; }

    public SafeFileHandle MemoryFile { get; } = SharedMemory.Create("guest", MemoryBytes);

    public SafeFileHandle Kick { get; private set; } = EventFd.Create();

    public SafeFileHandle Call { get; } = EventFd.Create();

    public unsafe Span<byte> Bytes(ulong at, int length) => new(memory.Memory + at, length);

    /// <summary>Everything up to a ring that runs.</summary>
    public void Start(ushort queues = 1)
    {
        Tell(VhostUserRequest.SetOwner, []);
        var features = AskNumber(VhostUserRequest.GetFeatures, []);
        TellNumber(VhostUserRequest.SetProtocolFeatures, AskNumber(VhostUserRequest.GetProtocolFeatures, []));
        TellNumber(VhostUserRequest.SetFeatures, features);
        var inflight = new byte[InflightDescription.Bytes];
        new InflightDescription(0, 0, queues, DriverRing.Size).Write(inflight);
        var answer = Ask(VhostUserRequest.GetInflightFd, inflight);
        Tell(VhostUserRequest.SetInflightFd, answer.Payload, answer.Files[0]);
        answer.CloseFiles();
        GrantMemory();
        TellState(VhostUserRequest.SetVringNum, DriverRing.Size);
        TellState(VhostUserRequest.SetVringBase, Ring.UsedIndex);
        TellAddress();
        TellNumber(VhostUserRequest.SetVringKick, 0, Kick);
        TellNumber(VhostUserRequest.SetVringCall, 0, Call);
        TellState(VhostUserRequest.SetVringEnable, 1);
        // An answer says that all of this was taken.
        AskNumber(VhostUserRequest.GetFeatures, []);
    }

    public void GrantMemory()
    {
        var table = new byte[8 + MemoryRegion.Bytes];
        BinaryPrimitives.WriteUInt32LittleEndian(table, 1);
        BinaryPrimitives.WriteUInt64LittleEndian(table.AsSpan(16), MemoryBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(table.AsSpan(24), UserAddress);
        Tell(VhostUserRequest.SetMemoryTable, table, MemoryFile);
    }

    public void ReplaceKick()
    {
        var next = EventFd.Create();
        TellNumber(VhostUserRequest.SetVringKick, 0, next);
        AskNumber(VhostUserRequest.GetFeatures, []);
        // What the back end may still wait for, if it did not take the next one's place.
        EventFd.Signal(Kick);
        Kick.Dispose();
        Kick = next;
    }

    /// <returns>The status byte when it is done.</returns>
    public async Task<VirtioBlkStatus> DoAsync(VirtioBlkType type, ulong sector, int length)
    {
        var wanted = (ushort)(Ring.UsedIndex + 1);
        var status = Offer(type, sector, length);
        EventFd.Signal(Kick);
        await Eventually.TrueAsync("the request is done", () => Ring.UsedIndex == wanted);
        return (VirtioBlkStatus)status();
    }

    /// <returns>The index at which the ring would go on.</returns>
    public uint Stop()
    {
        var state = new byte[VringState.Bytes];
        return VringState.Read(Ask(VhostUserRequest.GetVringBase, state).Payload).Number;
    }

    public ulong AskNumber(VhostUserRequest request, ReadOnlySpan<byte> payload) => BinaryPrimitives.ReadUInt64LittleEndian(Ask(request, payload).Payload);

    public VhostMessage Ask(VhostUserRequest request, ReadOnlySpan<byte> payload)
    {
        Tell(request, payload);
        var answer = messages.Receive() ?? throw new IOException($"the back end left at {request}");
        Assert.Equal((uint)request, answer.Header.Request);
        return answer;
    }

    public void Tell(VhostUserRequest request, ReadOnlySpan<byte> payload, SafeHandle? file = null) =>
        messages.Send(new VhostUserHeader((uint)request, VhostUserHeader.Version, (uint)payload.Length), payload, file);

    public void TellNumber(VhostUserRequest request, ulong number, SafeHandle? file = null)
    {
        var payload = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(payload, number | (file is null && request is VhostUserRequest.SetVringKick ? NoFile : 0));
        Tell(request, payload, file);
    }

    public void SendRaw(ReadOnlySpan<byte> bytes) => socket.Send(bytes);

    public void Dispose()
    {
        socket.Dispose();
        memory.Dispose();
        MemoryFile.Dispose();
        Kick.Dispose();
        Call.Dispose();
    }

    private unsafe Func<byte> Offer(VirtioBlkType type, ulong sector, int length)
    {
        var status = Ring.Request(0, type, sector, Data, (uint)length);
        return () => *status;
    }

    private void TellState(VhostUserRequest request, uint number)
    {
        var payload = new byte[VringState.Bytes];
        new VringState(0, number).Write(payload);
        Tell(request, payload);
    }

    private void TellAddress()
    {
        var payload = new byte[VringAddress.Bytes];
        BinaryPrimitives.WriteUInt64LittleEndian(payload.AsSpan(8), UserAddress + DriverRing.Descriptors);
        BinaryPrimitives.WriteUInt64LittleEndian(payload.AsSpan(16), UserAddress + DriverRing.Used);
        BinaryPrimitives.WriteUInt64LittleEndian(payload.AsSpan(24), UserAddress + DriverRing.Available);
        Tell(VhostUserRequest.SetVringAddress, payload);
    }
}
