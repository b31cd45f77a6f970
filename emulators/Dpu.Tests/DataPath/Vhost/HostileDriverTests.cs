using Lab.Emulators.Dpu.DataPath.Vhost;
using Lab.Emulators.Dpu.Linux;
using Lab.Protocols.VhostUser;

namespace Lab.Emulators.Dpu.Tests.DataPath.Vhost;

/// <summary>What a driver can do that is worse than a malformed chain: it may cost it its queue, and never the reactor, its neighbours or the way out.</summary>
public sealed class HostileDriverTests : IAsyncDisposable
{
    private const ulong Table = 0x10000;
    private const ulong Data = 0x20000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly HookedDevice device = new();

    public ValueTask DisposeAsync() => device.DisposeAsync();

    [Theory]
    [InlineData(134, VirtioBlkStatus.Ok)]
    [InlineData(135, VirtioBlkStatus.IoError)]
    public async Task Write_OfAsManyStretchesAsATableHolds_IsDoneOrRefused(int stretches, VirtioBlkStatus expected)
    {
        await using var rig = new RingRig(device, VirtioFeatures.Version1 | VirtioFeatures.IndirectDescriptors);
        var queue = rig.NewQueue();
        await rig.StartAsync(queue);
        OfferIndirect(rig, stretches);
        await rig.Reactor.RunAsync(queue.Process);
        Assert.Equal(1, rig.UsedIndex);
        Assert.Equal((byte)expected, At(rig, 0x3800));
        await rig.StopAsync(queue).WaitAsync(Limit, TimeProvider.System);
        Assert.Empty(rig.Broken);
        Assert.Empty(rig.Escaped);
    }

    [Fact]
    public async Task Ring_OfMoreEntriesThanTheMemoryOfRequestsUnderWay_IsBroken()
    {
        await using var rig = new RingRig(device);
        using var file = SharedMemory.Create("inflight", 4096);
        using var shared = SharedMemory.Map(file, 4096);
        var queue = rig.NewQueue(Region(shared, 4));
        Offer(rig, 12);
        await rig.StartAsync(queue);
        Assert.Equal(-1, BehindOf(shared, 4));
        Assert.Single(rig.Broken);
        await rig.StopAsync(queue);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(12u)]
    [InlineData(2048u)]
    public async Task Ring_OfASizeThatCannotBe_IsBrokenAndItsFrontEndStays(uint size)
    {
        await using var rig = new RingRig(device);
        var queue = rig.NewQueue();
        queue.SetSize(size);
        await rig.StartAsync(queue);
        Assert.Single(rig.Broken);
        await rig.StopAsync(queue);
    }

    [Fact]
    public async Task Requests_BeforeTheIndexRunsAway_AreStillDone()
    {
        await using var rig = new RingRig(device);
        var queue = rig.NewQueue();
        await rig.StartAsync(queue);
        Offer(rig, 0);
        device.Submitted = () => SetAvailable(rig, 1 + RingRig.Size + 1);
        await rig.Reactor.RunAsync(queue.Process);
        Assert.Single(rig.Broken);
        await rig.StopAsync(queue).WaitAsync(Limit, TimeProvider.System);
        Assert.Equal(1, device.Done);
    }

    [Fact]
    public async Task Requests_DoneAgainBeforeABrokenOne_AreStillDone()
    {
        await using var rig = new RingRig(device);
        using var file = SharedMemory.Create("inflight", 4096);
        using var shared = SharedMemory.Map(file, 4096);
        var region = Region(shared, RingRig.Size);
        region.Recover(0);
        region.Begin(0);
        region.Begin(9);
        Offer(rig, 0);
        var queue = rig.NewQueue(Region(shared, RingRig.Size));
        await rig.StartAsync(queue);
        Assert.Single(rig.Broken);
        await rig.StopAsync(queue).WaitAsync(Limit, TimeProvider.System);
        Assert.Equal(1, device.Done);
    }

    [Fact]
    public async Task Driver_ThatNeverPauses_LeavesTheReactorToOthers()
    {
        await using var rig = new RingRig(device);
        var queue = rig.NewQueue();
        // Each pass finds the ring as full as the one before: the same chain, given back and offered again.
        var isRefilling = true;
        device.Submitted = () =>
        {
            device.Kick();
            if (Volatile.Read(ref isRefilling))
                rig.Offer(0);
        };
        await rig.StartAsync(queue);
        Offer(rig, 0);
        EventFd.Signal(queue.Kick!);
        try
        {
            await Eventually.TrueAsync("a thousand requests are done", () => device.Done > 1000);
            await rig.Reactor.RunAsync(() => { }).WaitAsync(Limit, TimeProvider.System);
            await rig.StopAsync(queue).WaitAsync(Limit, TimeProvider.System);
        }
        finally
        {
            Volatile.Write(ref isRefilling, false);
        }
        Assert.Empty(rig.Broken);
    }

    [Fact]
    public async Task Queue_ThatWasBroken_WorksForTheNextDriver()
    {
        await using var rig = new RingRig(device);
        var queue = rig.NewQueue();
        await rig.StartAsync(queue);
        rig.Offer(RingRig.Size);
        await rig.Reactor.RunAsync(queue.Process);
        Assert.Single(rig.Broken);
        await rig.StopAsync(queue);

        Clear(rig);
        queue.SetSize(RingRig.Size);
        queue.Base = 0;
        queue.SetKick(EventFd.Create());
        await rig.StartAsync(queue);
        Offer(rig, 0);
        await rig.Reactor.RunAsync(queue.Process);
        Assert.Equal(1, rig.UsedIndex);
        await rig.StopAsync(queue);
    }

    private static unsafe void Offer(RingRig rig, ushort head) => rig.Request(head, VirtioBlkType.Out, 0, Data, 512);

    /// <summary>The header shares its descriptor with the first stretch of data, so that every descriptor but the last holds data.</summary>
    private static unsafe void OfferIndirect(RingRig rig, int stretches)
    {
        var table = (VirtqDescriptor*)(rig.Memory + Table);
        new Span<byte>(rig.Memory + Data, 16).Clear();
        rig.Memory[Data] = (byte)VirtioBlkType.Out;
        rig.Memory[0x3800] = 0xff;
        for (var i = 0; i < stretches; i++)
            table[i] = new VirtqDescriptor
            {
                Address = Data + (ulong)(i * 1024), Length = i == 0 ? 16u + 512 : 512, Flags = VirtqDescriptor.Next, NextIndex = (ushort)(i + 1),
            };
        table[stretches] = new VirtqDescriptor { Address = 0x3800, Length = 1, Flags = VirtqDescriptor.Write };
        rig.Describe(0, Table, (uint)((stretches + 1) * VirtqDescriptor.Bytes), VirtqDescriptor.Indirect);
        rig.Offer(0);
    }

    private static unsafe void Clear(RingRig rig) => new Span<byte>(rig.Memory, 0x3000).Clear();

    private static unsafe byte At(RingRig rig, ulong address) => rig.Memory[address];

    private static unsafe void SetAvailable(RingRig rig, int index) => *(ushort*)(rig.Memory + RingRig.Available + 2) = (ushort)index;

    private static unsafe InflightRegion Region(SharedMemory shared, ushort size) => new(shared.Memory, size);

    /// <returns>Where the first byte behind it is that is not zero; -1 when there is none.</returns>
    private static unsafe int BehindOf(SharedMemory shared, ushort size)
    {
        var from = (int)InflightRegion.BytesFor(size);
        return new ReadOnlySpan<byte>(shared.Memory + from, (int)shared.Length - from).IndexOfAnyExcept((byte)0);
    }
}
