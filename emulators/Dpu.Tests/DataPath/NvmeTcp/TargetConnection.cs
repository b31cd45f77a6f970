using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace Lab.Emulators.Dpu.Tests.DataPath.NvmeTcp;

/// <summary>One queue at the scripted target.</summary>
internal sealed class TargetConnection(ScriptedTarget target, TcpClient client)
{
    private readonly ConcurrentQueue<ushort> events = new();
    private readonly ConcurrentDictionary<ushort, (int Length, byte[] Data, TaskCompletionSource Done)> transfers = new();
    private uint configuration;
    private ushort lastTag;

    public TargetWire Wire { get; } = new(client.GetStream());

    public ushort QueueId { get; private set; }

    public int Association { get; private set; }

    public string Hostnqn { get; private set; } = "";

    public Guid Hostid { get; private set; }

    /// <summary>FES of the H2CTermReq that the host sent.</summary>
    public int? Terminated { get; private set; }

    public Exception? Failure { get; private set; }

    public async Task RunAsync()
    {
        try
        {
            await Wire.GreetAsync(target.H2CDataBytesMax);
            while (true)
                await TakeAsync(await Wire.ReceiveAsync());
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The host went, or the connection was killed.
        }
        catch (Exception e)
        {
            Failure = e;
        }
        finally
        {
            client.Dispose();
        }
    }

    public void Kill()
    {
        try
        {
            client.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is NullReferenceException or ObjectDisposedException)
        {
            // It ended by itself.
        }
        client.Dispose();
    }

    public async Task NotifyAsync(byte info, byte page)
    {
        if (events.TryDequeue(out var id))
            await Wire.RespondAsync(id, 0, 2u | ((uint)info << 8) | ((uint)page << 16));
    }

    /// <summary>What the target does without a script.</summary>
    public async Task ExecuteAsync(TargetCommand command)
    {
        var store = target.Store;
        switch (command.Opcode)
        {
            case 0x00:
                await Wire.RespondAsync(command.Id);
                break;
            case 0x01:
                command.Data.CopyTo(store, (int)command.Offset);
                await Wire.RespondAsync(command.Id);
                break;
            case 0x02:
                await SendReadAsync(command, store.AsMemory((int)command.Offset, command.Length));
                break;
            case 0x08 or 0x09:
                store.AsSpan((int)command.Offset, command.Length).Clear();
                await Wire.RespondAsync(command.Id);
                break;
            default:
                await Wire.RespondAsync(command.Id, 1 | 0x4000);
                break;
        }
    }

    public async Task SendReadAsync(TargetCommand command, ReadOnlyMemory<byte> data)
    {
        const int pduBytes = 40_000;
        var isSuccess = target.UsesSuccessFlag;
        for (var at = 0; at < data.Length; at += pduBytes)
        {
            var part = data.Slice(at, Math.Min(pduBytes, data.Length - at));
            var isLast = at + part.Length == data.Length;
            await Wire.SendDataAsync(command.Id, at, part, isLast, isLast && isSuccess);
        }
        if (!isSuccess)
            await Wire.RespondAsync(command.Id);
    }

    private async Task TakeAsync((byte[] Header, byte[] Data) pdu)
    {
        switch (pdu.Header[0])
        {
            case 2:
                Terminated = BinaryPrimitives.ReadUInt16LittleEndian(pdu.Header.AsSpan(8));
                throw new IOException("terminated");
            case 4:
                var entry = pdu.Header[8..];
                if (entry[0] == 0x7f)
                    await FabricsAsync(entry, pdu.Data);
                else if (QueueId == 0)
                    await AdminAsync(entry);
                else
                    await IoAsync(entry, pdu.Data);
                break;
            case 6:
                TakeData(pdu.Header, pdu.Data);
                break;
            default:
                throw new InvalidDataException($"PDU of type {pdu.Header[0]}");
        }
    }

    private async Task FabricsAsync(byte[] entry, byte[] data)
    {
        var id = BinaryPrimitives.ReadUInt16LittleEndian(entry.AsSpan(2));
        switch (entry[4])
        {
            case 1:
                await ConnectAsync(entry, data, id);
                break;
            case 4:
                var value = BinaryPrimitives.ReadUInt32LittleEndian(entry.AsSpan(44)) switch
                {
                    // CAP: 128 entries, contiguous queues, timeout 5 s, NVM command set.
                    0x00 => 127ul | (1 << 16) | (10 << 24) | (1ul << 37),
                    0x08 => 0x00020000ul,
                    0x14 => configuration,
                    0x1c => configuration & 1,
                    _ => 0ul,
                };
                await Wire.RespondAsync(id, 0, value);
                break;
            case 0:
                configuration = BinaryPrimitives.ReadUInt32LittleEndian(entry.AsSpan(48));
                await Wire.RespondAsync(id);
                break;
            case 5:
                await Wire.RespondAsync(id, target.Authentication!.Take(data) ? (ushort)0 : (ushort)0x4002);
                break;
            case 6:
                await Wire.SendDataAsync(id, 0, target.Authentication!.Next(), true, false);
                await Wire.RespondAsync(id);
                break;
        }
    }

    private async Task ConnectAsync(byte[] entry, byte[] data, ushort id)
    {
        Assert.Equal(1024, data.Length);
        QueueId = BinaryPrimitives.ReadUInt16LittleEndian(entry.AsSpan(42));
        Hostid = new Guid(data.AsSpan(0, 16), bigEndian: true);
        var controller = BinaryPrimitives.ReadUInt16LittleEndian(data.AsSpan(16));
        var subnqn = Text(data.AsSpan(256, 256));
        Hostnqn = Text(data.AsSpan(512, 256));
        Association = QueueId == 0 ? target.NextAssociation() : controller - target.ControllerIdFirst + 1;
        if (subnqn != ScriptedTarget.Subnqn && !subnqn.EndsWith("discovery", StringComparison.Ordinal))
        {
            await Wire.RespondAsync(id, 0x182 | 0x4000);
            return;
        }
        if (QueueId == 0)
            Assert.Equal(0xffff, controller);
        target.Authentication?.Begin(Hostnqn);
        var result = (ulong)(uint)(target.ControllerIdFirst + Association - 1) | (target.Authentication is null ? 0 : 1ul << 17);
        await Wire.RespondAsync(id, 0, result);
    }

    private async Task AdminAsync(byte[] entry)
    {
        var id = BinaryPrimitives.ReadUInt16LittleEndian(entry.AsSpan(2));
        switch (entry[0])
        {
            case 0x06:
                await Wire.SendDataAsync(id, 0, TargetPages.Identify(target, this, entry), true, false);
                await Wire.RespondAsync(id);
                break;
            case 0x02:
                await Wire.SendDataAsync(id, 0, TargetPages.Log(target, entry), true, false);
                await Wire.RespondAsync(id);
                break;
            case 0x09:
                await Wire.RespondAsync(id, 0, entry[40] == 7 ? BinaryPrimitives.ReadUInt32LittleEndian(entry.AsSpan(44)) : 0);
                break;
            case 0x0c:
                events.Enqueue(id);
                break;
            case 0x18:
                target.CountKeepAlive();
                if (target.KeepsAlive)
                    await Wire.RespondAsync(id);
                break;
            default:
                await Wire.RespondAsync(id, 1 | 0x4000);
                break;
        }
    }

    private async Task IoAsync(byte[] entry, byte[] data)
    {
        var id = BinaryPrimitives.ReadUInt16LittleEndian(entry.AsSpan(2));
        Assert.Equal(1u, BinaryPrimitives.ReadUInt32LittleEndian(entry.AsSpan(4)));
        var (offset, length) = entry[0] switch
        {
            0x09 => ((int)BinaryPrimitives.ReadUInt64LittleEndian(data.AsSpan(8)), BinaryPrimitives.ReadInt32LittleEndian(data.AsSpan(4))),
            0x00 => (0, 0),
            _ => ((int)BinaryPrimitives.ReadUInt64LittleEndian(entry.AsSpan(40)), BinaryPrimitives.ReadUInt16LittleEndian(entry.AsSpan(48)) + 1),
        };
        var command = new TargetCommand(this, Association, entry[0], id, (ulong)offset * 512, length * 512, data);
        target.Commands.Enqueue(command);
        if (entry[0] == 0x01 && data.Length == 0 && Association >= target.FetchesOnlyFromAssociation)
        {
            Assert.Equal(0x5a, entry[39]);
            _ = FetchThenRunAsync(command);
            return;
        }
        if (!await target.Script(command))
            await ExecuteAsync(command);
    }

    /// <summary>R2T by R2T, as a target that has little room for data.</summary>
    private async Task FetchThenRunAsync(TargetCommand command)
    {
        const int piece = 24 * 1024;
        var data = new byte[command.Length];
        try
        {
            for (var at = 0; at < data.Length; at += piece)
                await FetchAsync(command, data, at, Math.Min(piece, data.Length - at));
            var whole = command with { Data = data };
            if (!await target.Script(whole))
                await ExecuteAsync(whole);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The connection ended.
        }
    }

    private async Task FetchAsync(TargetCommand command, byte[] data, int at, int length)
    {
        var tag = ++lastTag;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        transfers[tag] = (at + length, data, done);
        await Wire.AskForDataAsync(command.Id, tag, at, length);
        await done.Task;
    }

    private void TakeData(byte[] header, byte[] data)
    {
        var tag = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(10));
        var offset = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(12));
        Assert.Equal(data.Length, BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(16)));
        Assert.InRange(data.Length, 1, target.H2CDataBytesMax);
        var (end, place, done) = transfers[tag];
        data.CopyTo(place, offset);
        var isLast = (header[1] & 4) != 0;
        Assert.Equal(offset + data.Length == end, isLast);
        if (isLast)
            done.SetResult();
    }

    private static string Text(ReadOnlySpan<byte> padded) => Encoding.UTF8.GetString(padded).TrimEnd('\0');
}
