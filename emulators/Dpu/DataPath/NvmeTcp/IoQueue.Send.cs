using System.Buffers.Binary;
using Lab.Emulators.Dpu.DataPath.Statistics;
using Lab.Emulators.Dpu.Linux;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Dpu.DataPath.NvmeTcp;

internal sealed unsafe partial class IoQueue
{
    // A slot's own memory: capsule and its header digest, its data digest, an H2CData header with both digests, a range.
    private const int DataDigestAt = 80;
    private const int TransferAt = 96;
    private const int TransferDigestAt = 124;
    private const int RangeAt = 128;
    private const int SlotBytes = 192;

    /// <summary>NVM command set specification 1.0 §3.2.8: blocks of one write zeroes command (NLB is 16 bits, 0's based).</summary>
    private const ulong ZeroedBlocksMax = 1 << 16;

    /// <summary>NVM command set specification 1.0 §3.2.3: blocks of one range.</summary>
    private const ulong RangeBlocksMax = uint.MaxValue;

    public void OnSent(int mark)
    {
        ref var slot = ref slots[mark];
        slot.Sending--;
        if (slot is { Io.Sample: { } sample, HasEnded: false } && slot.Moved >= slot.TransferEnd)
            sample.Reach(RequestStage.Send);
        if (slot.HasEnded)
        {
            if (slot.Sending == 0)
                End(mark);
        }
        else if (slot.Moved < slot.TransferEnd)
        {
            SendData(mark, ref slot);
        }
    }

    private void MakeCommand(NvmeIo io)
    {
        var index = freeSlots[--freeCount];
        io.Sample?.Reach(RequestStage.Queue);
        ref var slot = ref slots[index];
        var request = io.Request;
        var generation = (ushort)(slot.Generation + 1);
        slot = new CommandSlot
        {
            Io = io,
            IsInUse = true,
            Generation = generation,
            IsRead = request.Operation == BlockOperation.Read,
            Cursor = io.Cursor,
        };
        var blockSize = io.Channel.Namespace.BlockSize;
        var command = new IoCommand
        {
            CommandId = CommandId(index, generation),
            Nsid = io.Channel.Namespace.Nsid,
            FirstBlock = (request.Offset + io.Dispatched) / blockSize,
        };
        ulong covered;
        switch (request.Operation)
        {
            case BlockOperation.Read or BlockOperation.Write:
                slot.Length = (int)Math.Min(io.Left, (ulong)limits.TransferBytesMax);
                covered = (ulong)slot.Length;
                command.Blocks = (uint)(covered / blockSize);
                command.Opcode = slot.IsRead ? Opcode.Read : Opcode.Write;
                break;
            case BlockOperation.WriteZeroes:
                covered = Math.Min(io.Left, ZeroedBlocksMax * blockSize);
                command.Blocks = (uint)(covered / blockSize);
                command.Opcode = Opcode.WriteZeroes;
                break;
            case BlockOperation.Discard:
                covered = Math.Min(io.Left, RangeBlocksMax * blockSize);
                command.Opcode = Opcode.DatasetManagement;
                slot.HasRanges = true;
                slot.Length = HostPdus.WriteRange(Memory(index, RangeAt), command.FirstBlock, (uint)(covered / blockSize));
                break;
            default:
                covered = request.Length;
                command.Opcode = Opcode.Flush;
                break;
        }
        io.CommandMade(covered);
        if (request.Operation is BlockOperation.Read or BlockOperation.Write)
            SkipInRequest(io, slot.Length);
        SendCapsule(index, ref slot, ref command);
    }

    private static void SkipInRequest(NvmeIo io, int length)
    {
        if (io.IsDispatched)
            return;
        var cursor = io.Cursor;
        cursor.Skip(io.Request.Segments, length);
        io.Cursor = cursor;
    }

    private void SendCapsule(int index, ref CommandSlot slot, ref IoCommand command)
    {
        var dataLength = !slot.IsRead && slot.Length <= limits.InCapsuleBytesMax ? slot.Length : 0;
        command.DataLength = slot.Length;
        command.IsDataInCapsule = dataLength > 0;
        var length = HostPdus.WriteCapsule(Memory(index, 0), command, dataLength, terms.Digests);
        sends.Add(Address(index, 0), length);
        if (dataLength > 0)
            AddData(index, ref slot, dataLength, DataDigestAt);
        slot.Sending++;
        sends.Mark(index);
    }

    /// <summary>One H2CData PDU of what the controller asked for; the next one follows when this one is sent.</summary>
    private void SendData(int index, ref CommandSlot slot)
    {
        var length = Math.Min(slot.TransferEnd - slot.Moved, terms.H2CDataBytesMax);
        var isLast = slot.Moved + length == slot.TransferEnd;
        var headerLength = HostPdus.WriteH2CData(
            Memory(index, TransferAt), CommandId(index, slot.Generation), slot.TransferTag, slot.Moved, length, isLast, terms.Digests);
        sends.Add(Address(index, TransferAt), headerLength);
        AddData(index, ref slot, length, TransferDigestAt);
        slot.Sending++;
        sends.Mark(index);
    }

    private void AddData(int index, ref CommandSlot slot, int length, int digestAt)
    {
        slot.Moved += length;
        var digest = Crc32C.Start;
        if (slot.HasRanges)
        {
            AddStretch(new BlockSegment(Address(index, RangeAt), length), ref digest);
        }
        else
        {
            // A channel that was closed took its memory along; the connection cannot go on without it.
            var request = slot.Io?.Request ?? throw new IOException("the data of a command is gone");
            for (var left = length; left > 0;)
            {
                var stretch = slot.Cursor.Take(request.Segments, left);
                AddStretch(stretch, ref digest);
                left -= stretch.Length;
            }
        }
        if (!terms.Digests.Data)
            return;
        Crc32C.Write(Memory(index, digestAt), digest);
        sends.Add(Address(index, digestAt), Crc32C.Size);
    }

    private void AddStretch(BlockSegment stretch, ref uint digest)
    {
        sends.Add(stretch.Address, stretch.Length);
        if (terms.Digests.Data)
            digest = Crc32C.Append(digest, new ReadOnlySpan<byte>((void*)stretch.Address, stretch.Length));
    }

    /// <summary>Says why, if that can be said: not in the middle of another PDU, and not when the socket is full.</summary>
    private void TrySendTermination(PduException reason)
    {
        if (isWaitingToSend)
            return;
        Span<byte> pdu = stackalloc byte[HostPdus.TerminationBytes];
        HostPdus.WriteTermination(pdu, reason.Error);
        try
        {
            if (!sends.IsEmpty && !sends.Send(stream.Socket, this))
                return;
            fixed (byte* first = pdu)
            {
                var vector = new IoVector((nint)first, pdu.Length);
                TcpSocket.Send(stream.Socket, &vector, 1);
            }
        }
        catch (IOException)
        {
            // It cannot be told.
        }
    }

    private static ushort CommandId(int index, ushort generation) => (ushort)((generation << IndexBits) | index);

    private nint Address(int index, int at) => (nint)(headers + (index * SlotBytes) + at);

    private Span<byte> Memory(int index, int at) => new(headers + (index * SlotBytes) + at, SlotBytes - at);
}
