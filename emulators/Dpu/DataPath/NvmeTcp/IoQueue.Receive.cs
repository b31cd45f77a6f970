using Lab.Emulators.Dpu.DataPath.Statistics;
using Lab.Emulators.Dpu.Linux;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Dpu.DataPath.NvmeTcp;

internal sealed unsafe partial class IoQueue
{
    /// <summary>Bits of a command ID that are the slot's number; the others are its generation.</summary>
    public const int IndexBits = 10;

    private const int ReceiveBytes = 16 * 1024;

    /// <summary>
    /// Data of which at least this much is to come is received into the request's segments. Less is copied out of the receive buffer: that
    /// costs less than one more call into the kernel, and one call then brings many small PDUs.
    /// </summary>
    private const int DirectBytesMin = 4096;

    private const int DirectVectorsMax = 64;

    private int dataSlot;
    private int dataLeft;
    private bool isDataLast;
    private bool isDataSuccess;
    private bool isDigestDue;
    private uint dataDigest;

    private void ReceiveSome()
    {
        for (var turn = 0; turn < ReceivesPerTurn; turn++)
        {
            var isMore = dataLeft >= DirectBytesMin && received.Count == 0 ? ReceiveDirect() : ReceiveBuffered();
            while (TakeNext())
            {
            }
            if (!isMore)
                return;
        }
    }

    /// <returns>False when the socket had less than there was room for: there is nothing more now.</returns>
    private bool ReceiveBuffered()
    {
        var (address, length) = received.Room();
        var vector = new IoVector(address, length);
        var count = TcpSocket.Receive(stream.Socket, &vector, 1);
        if (count < 0)
            return false;
        received.Add((int)count);
        return count == length;
    }

    private bool ReceiveDirect()
    {
        if (slots[dataSlot].Io is not { } io)
            return ReceiveBuffered();
        var vectors = stackalloc IoVector[DirectVectorsMax];
        var segments = io.Request.Segments;
        var cursor = slots[dataSlot].Cursor;
        var count = 0;
        var wanted = 0;
        while (wanted < dataLeft && count < DirectVectorsMax - 1)
        {
            var stretch = cursor.Take(segments, dataLeft - wanted);
            vectors[count++] = new IoVector(stretch);
            wanted += stretch.Length;
        }
        // What follows, only when all of the data is wanted before it.
        var (address, room) = received.Room();
        if (wanted == dataLeft)
            vectors[count++] = new IoVector(address, room);
        else
            room = 0;
        var got = TcpSocket.Receive(stream.Socket, vectors, count);
        if (got < 0)
            return false;
        var data = (int)Math.Min(got, wanted);
        received.Add((int)got - data);
        for (var left = data; left > 0;)
        {
            var stretch = slots[dataSlot].Cursor.Take(segments, left);
            if (terms.Digests.Data)
                dataDigest = Crc32C.Append(dataDigest, new ReadOnlySpan<byte>((void*)stretch.Address, stretch.Length));
            left -= stretch.Length;
        }
        MovedData(data);
        return got == wanted + room;
    }

    /// <returns>False when what is received is not enough to go on.</returns>
    private bool TakeNext()
    {
        if (dataLeft > 0)
            return TakeData();
        if (isDigestDue)
            return TakeDataDigest();
        return TakePdu();
    }

    private bool TakeData()
    {
        var count = Math.Min(dataLeft, received.Count);
        if (count == 0)
            return false;
        var data = received.Received[..count];
        if (terms.Digests.Data)
            dataDigest = Crc32C.Append(dataDigest, data);
        if (slots[dataSlot].Io is { } io)
        {
            while (data.Length > 0)
            {
                var stretch = slots[dataSlot].Cursor.Take(io.Request.Segments, data.Length);
                data[..stretch.Length].CopyTo(new Span<byte>((void*)stretch.Address, stretch.Length));
                data = data[stretch.Length..];
            }
        }
        received.Take(count);
        MovedData(count);
        return true;
    }

    private void MovedData(int count)
    {
        slots[dataSlot].Moved += count;
        dataLeft -= count;
        if (dataLeft > 0)
            return;
        if (terms.Digests.Data)
            isDigestDue = true;
        else
            EndOfData();
    }

    private bool TakeDataDigest()
    {
        if (received.Count < Crc32C.Size)
            return false;
        // The data is already where it should go: the command is tried again, over a new connection (§3.6.2.2 calls it non-fatal, but a
        // stream that damages bytes is not to be trusted).
        if (!Crc32C.Matches(received.Received, dataDigest))
            throw new IOException("data digest error");
        received.Take(Crc32C.Size);
        isDigestDue = false;
        EndOfData();
        return true;
    }

    private void EndOfData()
    {
        ref var slot = ref slots[dataSlot];
        if (isDataLast != (slot.Moved == slot.Length))
            throw new PduException(FatalError.DataTransferOutOfRange, "C2HData: LAST does not agree with the command's length");
        if (isDataSuccess)
            OnAnswer(dataSlot, ref slot, status: 0);
    }

    private bool TakePdu()
    {
        if (!HostPdus.TryReadPdu(received.Received, terms.Digests, out var pdu, out var length))
            return false;
        switch (pdu.Type)
        {
            case PduType.CapsuleResponse:
                OnResponse(pdu);
                break;
            case PduType.ControllerToHostData:
                OnData(pdu);
                break;
            case PduType.ReadyToTransfer:
                OnReadyToTransfer(pdu);
                break;
            default:
                throw new IOException($"the target ended the connection: fatal error status {pdu.FatalErrorStatus}");
        }
        received.Take(length);
        return true;
    }

    private void OnResponse(in IncomingPdu pdu)
    {
        var index = FindSlot(pdu.CommandId);
        ref var slot = ref slots[index];
        if (pdu.Status == 0 && slot.Moved != slot.Length)
            throw new PduException(FatalError.SequenceError, "a command succeeded without its data");
        OnAnswer(index, ref slot, pdu.Status);
    }

    private void OnAnswer(int index, ref CommandSlot slot, ushort status)
    {
        slot.Io?.Sample?.Reach(RequestStage.Remote);
        slot.HasEnded = true;
        slot.Outcome = NvmeStatus.ToOutcome(status);
        if (slot is { Outcome: IoOutcome.OtherPath, Io: { } io })
            path.Suspend(io.Channel.Namespace.Nsid);
        // Its memory may still be on its way to the socket.
        if (slot.Sending == 0)
            End(index);
    }

    private void OnData(in IncomingPdu pdu)
    {
        var index = FindSlot(pdu.CommandId);
        ref var slot = ref slots[index];
        if (!slot.IsRead)
            throw new PduException(FatalError.SequenceError, "C2HData for a command that reads nothing");
        if (pdu.DataOffset != (uint)slot.Moved || pdu.DataLength == 0 || pdu.DataLength > (uint)(slot.Length - slot.Moved))
            throw new PduException(FatalError.DataTransferOutOfRange, "C2HData is not what comes next");
        if (pdu.IsSuccess && !pdu.IsLast)
            throw new PduException(FatalError.InvalidHeaderField, "C2HData with SUCCESS and without LAST");
        dataSlot = index;
        dataLeft = (int)pdu.DataLength;
        dataDigest = Crc32C.Start;
        isDataLast = pdu.IsLast;
        isDataSuccess = pdu.IsSuccess;
    }

    private void OnReadyToTransfer(in IncomingPdu pdu)
    {
        var index = FindSlot(pdu.CommandId);
        ref var slot = ref slots[index];
        if (slot.IsRead || slot.Moved < slot.TransferEnd || slot.Sending > 0)
            throw new PduException(FatalError.DataTransferLimitExceeded, "R2T for a command that has one, or that writes nothing");
        if (pdu.DataOffset != (uint)slot.Moved || pdu.DataLength == 0 || pdu.DataLength > (uint)(slot.Length - slot.Moved))
            throw new PduException(FatalError.DataTransferOutOfRange, "R2T is not for what comes next");
        slot.TransferTag = pdu.TransferTag;
        slot.TransferEnd = slot.Moved + (int)pdu.DataLength;
        SendData(index, ref slot);
        hasEnded = true;
    }

    private int FindSlot(ushort commandId)
    {
        var index = commandId & ((1 << IndexBits) - 1);
        if (index >= slots.Length || !slots[index].IsInUse || slots[index].HasEnded || CommandId(index, slots[index].Generation) != commandId)
            throw new PduException(FatalError.InvalidHeaderField, $"there is no command {commandId}");
        return index;
    }
}
