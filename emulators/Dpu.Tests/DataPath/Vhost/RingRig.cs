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
    public const ushort Size = DriverRing.Size;
    public const ulong Descriptors = DriverRing.Descriptors;
    public const ulong Available = DriverRing.Available;
    public const ulong Used = DriverRing.Used;
    private const int Around = 128 * 1024;
    private const byte Canary = 0xa5;
    private const ulong UserAddress = 0x7000_0000_0000;

    private readonly SafeFileHandle file = SharedMemory.Create("driver", Granted + (2 * Around));
    private readonly SharedMemory all;
    private readonly DriverRing ring;
    private readonly List<Exception> escaped = [];
    private readonly bool ownsReactor;

    /// <param name="reactor">Null: one of its own.</param>
    public unsafe RingRig(IBlockDevice device, VirtioFeatures features = VirtioFeatures.Version1, bool isReadOnly = false, Reactor? reactor = null)
    {
        all = SharedMemory.Map(file, Granted + (2 * Around));
        new Span<byte>(all.Memory, (int)all.Length).Fill(Canary);
        new Span<byte>(Memory, Granted).Clear();
        ring = new DriverRing(Memory);
        ownsReactor = reactor is null;
        Reactor = reactor ?? new Reactor("ring", escaped.Add);
        Device = new VhostBlkDevice(device, new BlkExport("test", "bdev", isReadOnly, 1, 512, "serial-1")) { Features = features };
        Device.Memory = GuestMemory.Map([new MemoryRegion(0, Granted, UserAddress, Around)], [file]);
        Reactor.RunAsync(() => Device.Channel = Device.OpenChannel(Reactor)).GetAwaiter().GetResult();
    }

    public Reactor Reactor { get; }

    public VhostBlkDevice Device { get; }

    public unsafe byte* Memory => all.Memory + Around;

    public List<string> Broken { get; } = [];

    public IReadOnlyList<Exception> Escaped => escaped;

    public ushort UsedIndex => ring.UsedIndex;

    public ushort UsedHead(ushort number) => ring.UsedHead(number);

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

    /// <param name="calls">Not null: how often the driver was called.</param>
    public async Task StopAsync(VirtQueue queue, ulong? calls = null)
    {
        Task? stopped = null;
        await Reactor.RunAsync(() => stopped = queue.StopAsync());
        await stopped!;
        if (calls is { } expected)
            Assert.Equal(expected, CountOf(queue.Call!));
        await Reactor.RunAsync(queue.CloseDescriptors);
    }

    public void Describe(int index, ulong address, uint length, ushort flags, ushort next = 0) => ring.Describe(index, address, length, flags, next);

    public void Offer(ushort head) => ring.Offer(head);

    public unsafe byte* Request(ushort head, VirtioBlkType type, ulong sector, ulong dataAt, uint length) =>
        ring.Request(head, type, sector, dataAt, length);

    /// <summary>used_event.</summary>
    public unsafe void WantCallAfter(ushort index) => *(ushort*)(Memory + Available + 4 + (2 * Size)) = index;

    public async ValueTask DisposeAsync()
    {
        await Reactor.RunAsync(() => Device.Channel!.Dispose());
        if (ownsReactor)
            await Reactor.DisposeAsync();
        Device.Memory!.Dispose();
        Release();
    }

    private static ulong CountOf(SafeFileHandle eventFd)
    {
        // One that was never signalled would have a reader wait.
        EventFd.Signal(eventFd);
        using var stream = new FileStream(new SafeFileHandle(eventFd.DangerousGetHandle(), ownsHandle: false), FileAccess.Read, bufferSize: 0);
        var count = new byte[sizeof(ulong)];
        stream.ReadExactly(count);
        return BitConverter.ToUInt64(count) - 1;
    }

    private void Release()
    {
        all.Dispose();
        file.Dispose();
    }
}
