using System.Text;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.DataPath.Statistics;
using Lab.Protocols.VhostUser;

namespace Lab.Emulators.Dpu.DataPath.Vhost;

/// <summary>A block device as a virtio driver sees it (virtio 1.2 §5.2): what it offers, its configuration, and what its requests mean.</summary>
internal sealed unsafe class VhostBlkDevice(IBlockDevice device, BlkExport export)
{
    private const uint Unmap = 1;

    private readonly BlockSegment[] data = new BlockSegment[VhostRequest.SegmentsMax + 10];
    private readonly byte[] small = new byte[VirtioBlkHeader.Bytes + VirtioBlkRange.Bytes];
    private readonly byte[] serial = SerialOf(export.Serial);

    /// <summary>Null: its requests' stages are not looked at.</summary>
    public IStagedDevice? Staged => device as IStagedDevice;

    public IIoChannel? Channel { get; set; }

    public GuestMemory? Memory { get; set; }

    /// <summary>What driver and device agreed on.</summary>
    public VirtioFeatures Features { get; set; }

    public VirtioFeatures Offered =>
        VirtioFeatures.BlkSegMax | VirtioFeatures.BlkBlockSize | VirtioFeatures.BlkFlush | VirtioFeatures.BlkMultiQueue | VirtioFeatures.BlkDiscard
        | VirtioFeatures.BlkWriteZeroes | VirtioFeatures.IndirectDescriptors | VirtioFeatures.EventIndex | VirtioFeatures.VhostProtocolFeatures
        | VirtioFeatures.Version1 | (IsReadOnly ? VirtioFeatures.BlkReadOnly : VirtioFeatures.None);

    public uint Queues => export.NumQueues;

    private bool IsReadOnly => export.ReadOnly || device.IsReadOnly;

    private uint BlockSize => Math.Max(export.LogicalBlockSize, device.BlockSize);

    public void WriteConfig(Span<byte> bytes) =>
        new VirtioBlkConfig(device.SizeBytes, BlockSize, VhostRequest.SegmentsMax, (ushort)export.NumQueues).Write(bytes);

    public IIoChannel OpenChannel(Reactor reactor) => device.OpenChannel(reactor);

    /// <summary>Hears of every change of the device's size until the answer is disposed of.</summary>
    public IDisposable WatchSize(Action resized) => new Watch(device, resized);

    /// <summary>Does the request of a chain, or completes it as one that cannot be.</summary>
    /// <exception cref="VhostException">The chain holds no request.</exception>
    public void Submit(DescriptorChain chain, VhostRequest request)
    {
        var readable = Length(chain.Readable);
        var writable = Length(chain.Writable);
        if (readable < VirtioBlkHeader.Bytes || writable == 0)
            throw new VhostException("a request without room for header or status");
        Gather(chain.Readable, 0, small.AsSpan(0, VirtioBlkHeader.Bytes));
        var header = VirtioBlkHeader.Read(small);
        var last = chain.Writable[^1];
        var status = (byte*)last.Address + last.Length - 1;
        switch (header.Type)
        {
            case VirtioBlkType.In:
                Transfer(BlockOperation.Read, header.Sector, Take(chain.Writable, 0, writable - 1), writable - 1, request, status);
                break;
            case VirtioBlkType.Out:
                var length = readable - VirtioBlkHeader.Bytes;
                Transfer(BlockOperation.Write, header.Sector, Take(chain.Readable, VirtioBlkHeader.Bytes, length), length, request, status);
                break;
            case VirtioBlkType.Flush:
                request.Prepare(BlockOperation.Flush, 0, 0, [], status);
                Channel!.Submit(request);
                break;
            case VirtioBlkType.GetId:
                Tell(chain, writable - 1, request, status);
                break;
            case VirtioBlkType.Discard or VirtioBlkType.WriteZeroes:
                ChangeRange(chain, header.Type, readable - VirtioBlkHeader.Bytes, request, status);
                break;
            default:
                Refuse(request, status, BlockStatus.Unsupported);
                break;
        }
    }

    private void Transfer(BlockOperation operation, ulong sector, ReadOnlySpan<BlockSegment> segments, ulong length, VhostRequest request, byte* status)
    {
        if (length == 0 || length > int.MaxValue || !Fits(sector, length) || (operation == BlockOperation.Write && IsReadOnly)
            || segments.Length > VhostRequest.StretchesMax)
        {
            Refuse(request, status, BlockStatus.IoError);
            return;
        }
        request.Prepare(operation, sector * VirtioBlkConfig.SectorBytes, length, segments, status);
        Channel!.Submit(request);
    }

    private void ChangeRange(DescriptorChain chain, VirtioBlkType type, ulong length, VhostRequest request, byte* status)
    {
        if (length != VirtioBlkRange.Bytes)
        {
            Refuse(request, status, BlockStatus.IoError);
            return;
        }
        Gather(chain.Readable, VirtioBlkHeader.Bytes, small.AsSpan(0, VirtioBlkRange.Bytes));
        var range = VirtioBlkRange.Read(small);
        var bytes = (ulong)range.Sectors * VirtioBlkConfig.SectorBytes;
        // §5.2.6.2: unknown flags, and unmap of a discard, are unsupported.
        if ((range.Flags & ~(type == VirtioBlkType.WriteZeroes ? Unmap : 0)) != 0)
            Refuse(request, status, BlockStatus.Unsupported);
        else if (IsReadOnly || range.Sectors is 0 or > VirtioBlkConfig.RangeSectorsMax || !Fits(range.Sector, bytes))
            Refuse(request, status, BlockStatus.IoError);
        else
        {
            request.Prepare(
                type == VirtioBlkType.Discard ? BlockOperation.Discard : BlockOperation.WriteZeroes, range.Sector * VirtioBlkConfig.SectorBytes, bytes, [], status);
            Channel!.Submit(request);
        }
    }

    /// <summary>The serial number, for which the driver has 20 bytes.</summary>
    private void Tell(DescriptorChain chain, ulong room, VhostRequest request, byte* status)
    {
        var left = serial.AsSpan(0, (int)Math.Min(room, (ulong)serial.Length));
        foreach (var segment in chain.Writable)
        {
            var part = Math.Min(left.Length, segment.Length);
            left[..part].CopyTo(new Span<byte>((void*)segment.Address, segment.Length));
            left = left[part..];
        }
        request.Prepare(BlockOperation.Read, 0, Math.Min(room, (ulong)serial.Length), [], status);
        request.Complete(BlockStatus.Ok);
    }

    private static void Refuse(VhostRequest request, byte* status, BlockStatus why)
    {
        request.Prepare(BlockOperation.Flush, 0, 0, [], status);
        request.Complete(why);
    }

    private bool Fits(ulong sector, ulong length)
    {
        var size = device.SizeBytes;
        return sector <= size / VirtioBlkConfig.SectorBytes && length <= size - (sector * VirtioBlkConfig.SectorBytes)
            && length % BlockSize == 0 && sector * VirtioBlkConfig.SectorBytes % BlockSize == 0;
    }

    /// <summary>A part of all the stretches together.</summary>
    private ReadOnlySpan<BlockSegment> Take(ReadOnlySpan<BlockSegment> stretches, ulong from, ulong length)
    {
        var count = 0;
        foreach (var stretch in stretches)
        {
            var skipped = Math.Min(from, (ulong)stretch.Length);
            from -= skipped;
            var part = Math.Min(length, (ulong)stretch.Length - skipped);
            length -= part;
            if (part > 0)
                data[count++] = new BlockSegment(stretch.Address + (nint)skipped, (int)part);
        }
        return data.AsSpan(0, count);
    }

    private void Gather(ReadOnlySpan<BlockSegment> stretches, ulong from, Span<byte> into)
    {
        foreach (var segment in Take(stretches, from, (ulong)into.Length))
        {
            new ReadOnlySpan<byte>((void*)segment.Address, segment.Length).CopyTo(into);
            into = into[segment.Length..];
        }
    }

    private static ulong Length(ReadOnlySpan<BlockSegment> stretches)
    {
        ulong length = 0;
        foreach (var stretch in stretches)
            length += (ulong)stretch.Length;
        return length;
    }

    private static byte[] SerialOf(string? text)
    {
        var bytes = new byte[DpuLimits.SerialBytesMax];
        var all = Encoding.UTF8.GetBytes(text ?? "");
        all.AsSpan(0, Math.Min(all.Length, bytes.Length)).CopyTo(bytes);
        return bytes;
    }

    private sealed class Watch : IDisposable
    {
        private readonly IBlockDevice device;
        private readonly Action resized;

        public Watch(IBlockDevice device, Action resized)
        {
            (this.device, this.resized) = (device, resized);
            device.Resized += resized;
        }

        public void Dispose() => device.Resized -= resized;
    }
}
