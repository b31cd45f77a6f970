using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.Tests.NvmeTcp;

/// <summary>Speaks NVMe/TCP step by step, for what well-behaved hosts never do. One queue each.</summary>
internal sealed class RawHost : IDisposable
{
    public const string Nqn = "nqn.2014-08.org.nvmexpress:uuid:00000000-0000-0000-0000-000000000001";

    public static readonly Guid HostId = Guid.Parse("00000000-0000-0000-0000-000000000001");

    private readonly Socket socket;
    private PduDigests digests;
    private ushort lastId;

    private RawHost(Socket socket) => this.socket = socket;

    /// <summary>For loads that do their own sending.</summary>
    public Socket Socket => socket;

    public static async Task<RawHost> ConnectAsync(IPEndPoint target)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 20_000 };
        await socket.ConnectAsync(target);
        return new RawHost(socket);
    }

    /// <summary>With an admin queue, enabled.</summary>
    public static async Task<(RawHost Host, ushort Controller)> AdminAsync(IPEndPoint target, string subnqn, uint keepAliveMs = 0, Guid? hostId = null)
    {
        var host = await ConnectAsync(target);
        host.Initialize();
        var (status, result) = host.Connect(0, 32, ConnectData.AnyController, subnqn, keepAliveMs, hostId: hostId);
        Assert.Equal(StatusCode.Success, status);
        Assert.Equal(StatusCode.Success, host.SetProperty(0x14, 0x460001).Status);
        return (host, (ushort)result);
    }

    /// <summary>With an I/O queue of a controller.</summary>
    public static async Task<RawHost> IoAsync(
        IPEndPoint target, string subnqn, ushort controller, ushort queue = 1, Guid? hostId = null, byte alignment = 0,
        PduDigests digests = default)
    {
        var host = await ConnectAsync(target);
        host.Initialize(digests, alignment);
        Assert.Equal(StatusCode.Success, host.Connect(queue, 128, controller, subnqn, hostId: hostId).Status);
        return host;
    }

    public ConnectionResponse Initialize(PduDigests digests = default, byte alignment = 0)
    {
        RequestConnection(digests, alignment);
        var response = ConnectionResponse.Read(Receive(ConnectionResponse.Size));
        this.digests = response.Digests;
        return response;
    }

    public void RequestConnection(PduDigests digests = default, byte alignment = 0)
    {
        var request = new byte[ConnectionRequest.Size];
        new ConnectionRequest(0, alignment, digests, 0).Write(request);
        Send(request);
    }

    public (StatusCode Status, ulong Result) Connect(
        ushort queue, ushort entries, ushort controller, string subnqn, uint keepAliveMs = 0, string hostNqn = Nqn, Guid? hostId = null)
    {
        var entry = Entry(Opcode.Fabrics);
        entry[4] = FabricsType.Connect;
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(42), queue);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(44), (ushort)(entries - 1));
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(48), keepAliveMs);
        return Execute(entry, new ConnectData(hostId ?? HostId, controller, subnqn, hostNqn).ToBytes());
    }

    public (StatusCode Status, ulong Result) GetProperty(uint offset)
    {
        var entry = Entry(Opcode.Fabrics);
        entry[4] = FabricsType.PropertyGet;
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(44), offset);
        return Execute(entry);
    }

    /// <summary>Identify: a structure of 4096 bytes.</summary>
    public byte[] Identify(byte structure, uint nsid = 0)
    {
        var entry = Entry(Opcode.Identify, nsid);
        entry[40] = structure;
        return ExecuteWithData(entry, 4096);
    }

    /// <summary>Reads the beginning of a log page.</summary>
    public byte[] GetLogPage(byte page, int length)
    {
        var entry = Entry(Opcode.GetLogPage);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(40), page | (((uint)length / 4 - 1) << 16));
        return ExecuteWithData(entry, length);
    }

    /// <summary>A command that is answered with data and then its completion, or its completion as part of the data.</summary>
    public byte[] ExecuteWithData(byte[] entry, int length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(32), length);
        entry[39] = 0x5a;
        SendCapsule(entry, []);
        var (header, body) = ReceivePdu();
        Assert.Equal(PduType.ControllerToHostData, header.Type);
        if (!header.Flags.HasFlag(PduFlags.Success))
            Assert.Equal(StatusCode.Success, Completion.Read(ReceivePdu().Body).Status);
        return body[(ControllerPdus.DataHeaderSize - PduHeader.Size)..];
    }

    public (StatusCode Status, ulong Result) SetProperty(uint offset, uint value)
    {
        var entry = Entry(Opcode.Fabrics);
        entry[4] = FabricsType.PropertySet;
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(44), offset);
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(48), value);
        return Execute(entry);
    }

    public byte[] Entry(byte opcode, uint nsid = 0)
    {
        var entry = new byte[Command.Size];
        entry[0] = opcode;
        entry[1] = 0x40;
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(2), ++lastId);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(4), nsid);
        return entry;
    }

    public byte[] Io(byte opcode, ulong firstBlock, int blocks, int dataLength, bool inCapsule = false)
    {
        var entry = Entry(opcode, 1);
        BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(32), dataLength);
        entry[39] = inCapsule ? (byte)0x01 : (byte)0x5a;
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(40), firstBlock);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(48), (ushort)(blocks - 1));
        return entry;
    }

    /// <summary>Sends a command, with its data in the capsule, and waits for its completion.</summary>
    public (StatusCode Status, ulong Result) Execute(byte[] entry, byte[]? data = null)
    {
        if (data is not null)
        {
            BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(32), data.Length);
            entry[39] = 0x01;
        }
        SendCapsule(entry, data ?? []);
        var (header, body) = ReceivePdu();
        Assert.Equal(PduType.CapsuleResponse, header.Type);
        var completion = Completion.Read(body);
        Assert.Equal(BinaryPrimitives.ReadUInt16LittleEndian(entry.AsSpan(2)), completion.CommandId);
        return (completion.Status, completion.Result);
    }

    /// <summary>Reads by data PDUs, of which the last is the success.</summary>
    public byte[] Read(ulong firstBlock, int blocks)
    {
        SendCapsule(Io(Opcode.Read, firstBlock, blocks, blocks * 512), []);
        var (header, body) = ReceivePdu();
        Assert.Equal(PduType.ControllerToHostData, header.Type);
        Assert.True(header.Flags.HasFlag(PduFlags.Success | PduFlags.LastPdu));
        return body[(ControllerPdus.DataHeaderSize - PduHeader.Size)..];
    }

    /// <summary>Writes by R2T.</summary>
    public StatusCode Write(ulong firstBlock, byte[] data, int parts = 1)
    {
        SendCapsule(Io(Opcode.Write, firstBlock, data.Length / 512, data.Length), []);
        var (header, body) = ReceivePdu();
        if (header.Type == PduType.CapsuleResponse)
            return Completion.Read(body).Status;
        Assert.Equal(PduType.ReadyToTransfer, header.Type);
        var step = data.Length / parts;
        for (var part = 0; part < parts; part++)
            SendData(lastId, BinaryPrimitives.ReadUInt16LittleEndian(body.AsSpan(2)), part * step, data.AsSpan(part * step, step), part == parts - 1);
        return Completion.Read(ReceivePdu().Body).Status;
    }

    /// <summary>Sends a command whose data the target has to ask for; answers the transfer tag.</summary>
    public ushort Begin(byte[] entry)
    {
        SendCapsule(entry, []);
        var (header, body) = ReceivePdu();
        Assert.Equal(PduType.ReadyToTransfer, header.Type);
        return BinaryPrimitives.ReadUInt16LittleEndian(body.AsSpan(2));
    }

    /// <summary>Sends all the data of such a command, and waits for its completion.</summary>
    public StatusCode Finish(byte[] entry, ushort tag, ReadOnlySpan<byte> data)
    {
        SendData(IdOf(entry), tag, 0, data, isLast: true);
        return ReceiveStatus(entry);
    }

    /// <summary>Waits for the completion of a command.</summary>
    public StatusCode ReceiveStatus(byte[] entry)
    {
        var (header, body) = ReceivePdu();
        Assert.Equal(PduType.CapsuleResponse, header.Type);
        var completion = Completion.Read(body);
        Assert.Equal(IdOf(entry), completion.CommandId);
        return completion.Status;
    }

    public void SendCapsule(byte[] entry, byte[] data)
    {
        const int headerBytes = PduHeader.Size + Command.Size;
        var dataAt = headerBytes + digests.HeaderBytes;
        var hasDigest = data.Length > 0 && digests.Data;
        var pdu = new byte[dataAt + data.Length + (hasDigest ? Crc32C.Size : 0)];
        new PduHeader(
            PduType.CapsuleCommand, (digests.Header ? PduFlags.HeaderDigest : 0) | (hasDigest ? PduFlags.DataDigest : 0), headerBytes,
            data.Length > 0 ? (byte)dataAt : (byte)0, (uint)pdu.Length).Write(pdu);
        entry.CopyTo(pdu, PduHeader.Size);
        if (digests.Header)
            Crc32C.Write(pdu.AsSpan(headerBytes), Crc32C.Append(Crc32C.Start, pdu.AsSpan(0, headerBytes)));
        data.CopyTo(pdu, dataAt);
        if (hasDigest)
            Crc32C.Write(pdu.AsSpan(dataAt + data.Length), Crc32C.Append(Crc32C.Start, data));
        Send(pdu);
    }

    public void SendData(ushort commandId, ushort tag, int offset, ReadOnlySpan<byte> data, bool isLast)
    {
        const int headerBytes = 24;
        var pdu = new byte[headerBytes + data.Length];
        new PduHeader(PduType.HostToControllerData, isLast ? PduFlags.LastPdu : PduFlags.None, headerBytes, headerBytes, (uint)pdu.Length).Write(pdu);
        BinaryPrimitives.WriteUInt16LittleEndian(pdu.AsSpan(8), commandId);
        BinaryPrimitives.WriteUInt16LittleEndian(pdu.AsSpan(10), tag);
        BinaryPrimitives.WriteInt32LittleEndian(pdu.AsSpan(12), offset);
        BinaryPrimitives.WriteInt32LittleEndian(pdu.AsSpan(16), data.Length);
        data.CopyTo(pdu.AsSpan(headerBytes));
        Send(pdu);
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[socket.Send(bytes)..];
    }

    public (PduHeader Header, byte[] Body) ReceivePdu()
    {
        var header = PduHeader.Read(Receive(PduHeader.Size));
        return (header, Receive((int)header.Length - PduHeader.Size));
    }

    /// <summary>The error that the target ends the connection with.</summary>
    public FatalError ReceiveTermination()
    {
        var (header, body) = ReceivePdu();
        Assert.Equal(PduType.ControllerToHostTerminate, header.Type);
        return (FatalError)BinaryPrimitives.ReadUInt16LittleEndian(body);
    }

    /// <summary>Drops what comes until the target hangs up.</summary>
    public void ReceiveToTheEnd()
    {
        var buffer = new byte[4096];
        try
        {
            while (socket.Receive(buffer) > 0)
            {
            }
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            // That is an end, too.
        }
    }

    public void CloseSending() => socket.Shutdown(SocketShutdown.Send);

    private static ushort IdOf(byte[] entry) => BinaryPrimitives.ReadUInt16LittleEndian(entry.AsSpan(2));

    private byte[] Receive(int count)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count;)
        {
            var received = socket.Receive(bytes, at, count - at, SocketFlags.None);
            Assert.True(received > 0, "the target hung up");
            at += received;
        }
        return bytes;
    }

    public void Dispose() => socket.Dispose();
}
