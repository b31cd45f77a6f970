using System.Buffers;
using System.Buffers.Binary;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.NvmeTcp;

/// <summary>Data of a command, in the input or in a pooled buffer of its own.</summary>
/// <param name="WasAskedFor">Its bytes count among those that are under way.</param>
/// <param name="Epoch">When its command came; null where that is nobody's business.</param>
internal readonly record struct HostData(ReadOnlyMemory<byte> Bytes, byte[]? Rented, bool WasAskedFor, CommandEpoch? Epoch)
{
    /// <summary>The same in a buffer of its own, for whoever works on while the input goes on.</summary>
    public HostData Kept()
    {
        if (Rented is not null || Bytes.IsEmpty)
            return this;
        var buffer = ArrayPool<byte>.Shared.Rent(Bytes.Length);
        Bytes.CopyTo(buffer);
        return new HostData(buffer.AsMemory(0, Bytes.Length), buffer, WasAskedFor: false, Epoch);
    }
}

/// <summary>What of an H2CData's header says where its data belongs (transport specification §3.6.2.9).</summary>
internal readonly record struct HostDataPart(ushort CommandId, ushort Tag, uint Offset, uint Length)
{
    /// <param name="bytes">Behind the common header.</param>
    public static HostDataPart Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt16LittleEndian(bytes), BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]));
}

/// <summary>
/// Writes whose data is asked for by R2T: one R2T for all of a command's data, and no more of them at once than their buffers may take.
/// </summary>
/// <param name="ask">Asks for the data of a command: its id, the tag, the bytes. Called by whatever thread made room.</param>
internal sealed class HostTransfers(Action<ushort, ushort, int> ask)
{
    private readonly Lock gate = new();
    private readonly Slot[] slots = new Slot[NvmeLimits.QueueEntriesMax];
    private readonly Queue<ushort> waiting = new();
    private long bytes;

    /// <summary>False when the host has more commands under way than the queue has entries.</summary>
    public bool TryStart(in Command command, int length, CommandEpoch? epoch)
    {
        lock (gate)
        {
            var tag = Array.FindIndex(slots, static slot => !slot.IsInUse);
            if (tag < 0)
                return false;
            ref var slot = ref slots[tag];
            slot.IsInUse = true;
            slot.Entry ??= new byte[Command.Size];
            command.Bytes.CopyTo(slot.Entry);
            slot.Length = length;
            slot.Received = 0;
            slot.IsSpoilt = false;
            slot.Epoch = epoch;
            waiting.Enqueue((ushort)tag);
        }
        AskForMore();
        return true;
    }

    /// <summary>Where a part's data goes.</summary>
    /// <exception cref="NvmeTcpException">Nobody asked for it, or not in this order.</exception>
    public Memory<byte> Place(HostDataPart part, bool isLast)
    {
        lock (gate)
        {
            if (part.Tag >= slots.Length || !slots[part.Tag].IsInUse || slots[part.Tag].Buffer is not { } buffer)
                throw new NvmeTcpException(FatalError.InvalidHeaderField, 10, $"data for transfer tag {part.Tag}, which was not asked for");
            ref var slot = ref slots[part.Tag];
            if (new Command(slot.Entry).Id != part.CommandId)
                throw new NvmeTcpException(FatalError.InvalidHeaderField, 8, $"data of command {part.CommandId} under another's tag");
            if (part.Offset != slot.Received || part.Length > slot.Length - slot.Received)
                throw new NvmeTcpException(FatalError.DataTransferOutOfRange, 12, $"data at {part.Offset}, expected at {slot.Received}");
            if (isLast != (part.Offset + part.Length == slot.Length))
                throw new NvmeTcpException(FatalError.InvalidHeaderField, 1, "the last PDU of data is not marked as such, or another is");
            return buffer.AsMemory(slot.Received, (int)part.Length);
        }
    }

    /// <summary>A part did not come as it was sent: its command fails when all parts are there.</summary>
    public void Spoil(HostDataPart part)
    {
        lock (gate)
            slots[part.Tag].IsSpoilt = true;
    }

    /// <summary>True when that was the last part; the slot is free then, and the data is the caller's to release.</summary>
    /// <param name="entry">Is given the command.</param>
    public bool TryFinish(HostDataPart part, Span<byte> entry, out HostData data, out bool isWhole)
    {
        data = default;
        lock (gate)
        {
            ref var slot = ref slots[part.Tag];
            isWhole = !slot.IsSpoilt;
            slot.Received += (int)part.Length;
            if (slot.Received < slot.Length)
                return false;
            slot.Entry.CopyTo(entry);
            data = new HostData(slot.Buffer.AsMemory(0, slot.Length), slot.Buffer, WasAskedFor: true, slot.Epoch);
            slot.Buffer = null;
            slot.IsInUse = false;
            return true;
        }
    }

    public void Release(HostData data)
    {
        if (data.Rented is null)
            return;
        ArrayPool<byte>.Shared.Return(data.Rented);
        if (!data.WasAskedFor)
            return;
        lock (gate)
            bytes -= data.Bytes.Length;
        AskForMore();
    }

    /// <summary>The connection is gone: no more data comes.</summary>
    public void Clear()
    {
        lock (gate)
        {
            waiting.Clear();
            foreach (ref var slot in slots.AsSpan())
                if (slot.Buffer is { } buffer)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    slot.Buffer = null;
                }
        }
    }

    private void AskForMore()
    {
        while (true)
        {
            ushort id, tag;
            int length;
            lock (gate)
            {
                if (!waiting.TryPeek(out tag))
                    return;
                ref var slot = ref slots[tag];
                if (bytes > 0 && bytes + slot.Length > NvmeLimits.WriteBytesMax)
                    return;
                waiting.Dequeue();
                bytes += slot.Length;
                slot.Buffer = ArrayPool<byte>.Shared.Rent(slot.Length);
                (id, length) = (new Command(slot.Entry).Id, slot.Length);
            }
            ask(id, tag, length);
        }
    }

    private struct Slot
    {
        public bool IsInUse;
        public byte[]? Entry;
        public byte[]? Buffer;
        public int Length;
        public int Received;
        public bool IsSpoilt;
        public CommandEpoch? Epoch;
    }
}
