using System.Runtime.InteropServices;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.DataPath;
using Lab.Emulators.Dpu.DataPath.Vhost;
using Lab.Emulators.Dpu.Linux;
using Lab.Protocols.VhostUser;
using Microsoft.Win32.SafeHandles;

namespace Lab.Emulators.Dpu.Tests.DataPath.Vhost;

/// <summary>
/// The driver's side of one ring, in memory of which the middle alone is granted: what lies around it is never to change.
/// </summary>
internal sealed class RingRig : IAsyncDisposable
{
    public const int Granted = 512 * 1024;
    public const ushort Size = 16;
    public const ulong Descriptors = 0;
    public const ulong Available = 0x1000;
    public const ulong Used = 0x2000;
    private const int Around = 128 * 1024;
    private const byte Canary = 0xa5;
    private const ulong UserAddress = 0x7000_0000_0000;

    private readonly SafeFileHandle file = SharedMemory.Create("driver", Granted + (2 * Around));
    private readonly SharedMemory all;
    private readonly List<Exception> escaped = [];

    public unsafe RingRig(IBlockDevice device, VirtioFeatures features = VirtioFeatures.Version1, bool isReadOnly = false)
    {
        all = SharedMemory.Map(file, Granted + (2 * Around));
        new Span<byte>(all.Memory, (int)all.Length).Fill(Canary);
        new Span<byte>(Memory, Granted).Clear();
        Reactor = new Reactor("ring", escaped.Add);
        Device = new VhostBlkDevice(device, new BlkExport("test", "bdev", isReadOnly, 1, 512, "serial-1")) { Features = features };
        Device.Memory = GuestMemory.Map([new MemoryRegion(0, Granted, UserAddress, Around)], [file]);
        Reactor.RunAsync(() => Device.Channel = Device.OpenChannel(Reactor)).GetAwaiter().GetResult();
    }

    public Reactor Reactor { get; }

    public VhostBlkDevice Device { get; }

    public unsafe byte* Memory => all.Memory + Around;

    public List<string> Broken { get; } = [];

    public IReadOnlyList<Exception> Escaped => escaped;

    public unsafe ushort UsedIndex => *(ushort*)(Memory + Used + 2);

    public unsafe bool IsSound => new Span<byte>(all.Memory, Around).IndexOfAnyExcept(Canary) < 0
        && new Span<byte>(Memory + Granted, Around).IndexOfAnyExcept(Canary) < 0;

    public VirtQueue NewQueue(InflightRegion? inflight = null)
    {
        var queue = new VirtQueue(0, Device, Broken.Add)
        {
            Address = new VringAddress(0, 0, UserAddress + Descriptors, UserAddress + Used, UserAddress + Available),
            Call = EventFd.Create(),
            Error = EventFd.Create(),
            IsEnabled = true,
            Inflight = inflight,
        };
        queue.SetKick(EventFd.Create());
        queue.SetSize(Size);
        return queue;
    }

    public Task StartAsync(VirtQueue queue) => Reactor.RunAsync(() => queue.Start(Reactor));

    public async Task StopAsync(VirtQueue queue)
    {
        Task? stopped = null;
        await Reactor.RunAsync(() => stopped = queue.StopAsync());
        await stopped!;
        await Reactor.RunAsync(queue.CloseDescriptors);
    }

    public unsafe void Describe(int index, ulong address, uint length, ushort flags, ushort next = 0) =>
        *(VirtqDescriptor*)(Memory + Descriptors + (ulong)(index * VirtqDescriptor.Bytes)) =
            new VirtqDescriptor { Address = address, Length = length, Flags = flags, NextIndex = next };

    public unsafe void Offer(ushort head)
    {
        var index = (ushort*)(Memory + Available + 2);
        *(ushort*)(Memory + Available + 4 + (ulong)(*index % Size * 2)) = head;
        Volatile.Write(ref *index, (ushort)(*index + 1));
    }

    /// <summary>A request in three descriptors from <paramref name="head"/> on; its status byte is there afterwards.</summary>
    public unsafe byte* Request(ushort head, VirtioBlkType type, ulong sector, ulong dataAt, uint length)
    {
        var at = 0x3000ul + ((ulong)head * 32);
        new Span<byte>(Memory + at, 32).Clear();
        *(uint*)(Memory + at) = (uint)type;
        *(ulong*)(Memory + at + 8) = sector;
        Memory[at + 16] = 0xff;
        Describe(head, at, 16, VirtqDescriptor.Next, (ushort)(head + 1));
        Describe(head + 1, dataAt, length, (ushort)(VirtqDescriptor.Next | (type is VirtioBlkType.In or VirtioBlkType.GetId ? VirtqDescriptor.Write : 0)), (ushort)(head + 2));
        Describe(head + 2, at + 16, 1, VirtqDescriptor.Write);
        Offer(head);
        return Memory + at + 16;
    }

    public async ValueTask DisposeAsync()
    {
        await Reactor.RunAsync(() => Device.Channel!.Dispose());
        await Reactor.DisposeAsync();
        Device.Memory!.Dispose();
        Release();
    }

    private void Release()
    {
        all.Dispose();
        file.Dispose();
    }
}
