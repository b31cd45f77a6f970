using System.Text;
using Lab.Emulators.Dpu.DataPath;
using Lab.Emulators.Dpu.DataPath.Devices;
using Lab.Emulators.Dpu.DataPath.Vhost;
using Lab.Protocols.VhostUser;

namespace Lab.Emulators.Dpu.Tests.DataPath.Vhost;

/// <summary>A ring from the driver's side: what is asked is done, what cannot be is refused, and a hostile driver breaks its own queue alone.</summary>
public sealed class VirtQueueTests : IAsyncDisposable
{
    private const ulong Data = 0x8000;
    private const uint Block = 4096;
    private readonly string directory = Directory.CreateTempSubdirectory("vhost-").FullName;
    private readonly MallocDevice device;

    public VirtQueueTests() => device = new MallocDevice(Path.Combine(directory, "disk"), 512, 1 << 20);

    public async ValueTask DisposeAsync()
    {
        await device.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    [Theory]
    [InlineData(VirtioFeatures.Version1)]
    [InlineData(VirtioFeatures.Version1 | VirtioFeatures.EventIndex)]
    public async Task Requests_AroundTheRing_AreDone(VirtioFeatures features)
    {
        await using var rig = new RingRig(device, features);
        var queue = rig.NewQueue();
        await rig.StartAsync(queue);
        for (var round = 0; round < 100; round++)
        {
            var value = (byte)(round + 1);
            Assert.Equal(VirtioBlkStatus.Ok, await DoAsync(rig, queue, VirtioBlkType.Out, (ulong)round * 8, value));
            Assert.Equal(VirtioBlkStatus.Ok, await DoAsync(rig, queue, VirtioBlkType.In, (ulong)round * 8, 0));
            Assert.Equal(value, At(rig, Data + Block - 1));
        }
        Assert.Equal(200, rig.UsedIndex);
        await rig.StopAsync(queue);
        Assert.Empty(rig.Broken);
    }

    /// <summary>With an event index the driver asks to hear of the entry after the one it names (virtio 1.2 §2.7.7).</summary>
    [Theory]
    [InlineData(VirtioFeatures.Version1, 0, 1)]
    [InlineData(VirtioFeatures.Version1 | VirtioFeatures.EventIndex, 0, 1)]
    [InlineData(VirtioFeatures.Version1 | VirtioFeatures.EventIndex, 2, 1)]
    [InlineData(VirtioFeatures.Version1 | VirtioFeatures.EventIndex, 3, 0)]
    public async Task Requests_DoneTogether_AreOneCall(VirtioFeatures features, ushort wanted, ulong calls)
    {
        await using var rig = new RingRig(device, features);
        var queue = rig.NewQueue();
        await rig.StartAsync(queue);
        rig.WantCallAfter(wanted);
        foreach (var head in new ushort[] { 0, 3, 6 })
            Offer(rig, head, 8);
        await ProcessAsync(rig, queue);
        Assert.Equal(3, rig.UsedIndex);
        await rig.StopAsync(queue, calls);
    }

    [Fact]
    public async Task Serial_IsTold()
    {
        await using var rig = new RingRig(device);
        var queue = rig.NewQueue();
        await rig.StartAsync(queue);
        var status = Request(rig, VirtioBlkType.GetId, 0, 20);
        await ProcessAsync(rig, queue);
        Assert.Equal((byte)VirtioBlkStatus.Ok, status());
        Assert.Equal("serial-1", Text(rig));
        await rig.StopAsync(queue);
    }

    [Theory]
    [InlineData(VirtioBlkType.In, 2048UL, VirtioBlkStatus.IoError)]
    [InlineData(VirtioBlkType.In, ulong.MaxValue, VirtioBlkStatus.IoError)]
    [InlineData(VirtioBlkType.Out, 2041UL, VirtioBlkStatus.IoError)]
    [InlineData((VirtioBlkType)77, 0UL, VirtioBlkStatus.Unsupported)]
    public async Task Request_ThatCannotBe_IsRefusedAndTheQueueLives(VirtioBlkType type, ulong sector, VirtioBlkStatus expected)
    {
        await using var rig = new RingRig(device);
        var queue = rig.NewQueue();
        await rig.StartAsync(queue);
        Assert.Equal(expected, await DoAsync(rig, queue, type, sector, 1));
        Assert.Equal(VirtioBlkStatus.Ok, await DoAsync(rig, queue, VirtioBlkType.In, 0, 0));
        await rig.StopAsync(queue);
        Assert.Empty(rig.Broken);
    }

    [Fact]
    public async Task Write_ToWhatIsReadOnly_IsRefused()
    {
        await using var rig = new RingRig(device, isReadOnly: true);
        var queue = rig.NewQueue();
        await rig.StartAsync(queue);
        Assert.True(rig.Device.Offered.HasFlag(VirtioFeatures.BlkReadOnly));
        Assert.Equal(VirtioBlkStatus.IoError, await DoAsync(rig, queue, VirtioBlkType.Out, 0, 1));
        await rig.StopAsync(queue);
    }

    [Theory]
    [InlineData("head")]
    [InlineData("loop")]
    [InlineData("outside")]
    [InlineData("end of all")]
    [InlineData("order")]
    [InlineData("short")]
    [InlineData("no status")]
    [InlineData("indirect")]
    [InlineData("ahead")]
    public async Task Driver_ThatIsHostile_BreaksItsQueueAlone(string how)
    {
        await using var rig = new RingRig(device);
        var queue = rig.NewQueue();
        await rig.StartAsync(queue);
        Attack(rig, how);
        await ProcessAsync(rig, queue);
        Assert.Single(rig.Broken);
        Assert.True(rig.IsSound);
        await rig.StopAsync(queue);
        Assert.Empty(rig.Escaped);
    }

    [Fact]
    public async Task Anything_TenThousandTimes_TouchesNothingThatWasNotGranted()
    {
        await using var rig = new RingRig(device, VirtioFeatures.Version1 | VirtioFeatures.IndirectDescriptors | VirtioFeatures.EventIndex);
        var random = new Random(1041);
        for (var round = 0; round < 10_000; round++)
        {
            Scramble(rig, random);
            var queue = rig.NewQueue();
            await rig.StartAsync(queue);
            await rig.StopAsync(queue);
            if (round % 500 == 0)
                Assert.True(rig.IsSound, $"round {round}");
        }
        Assert.True(rig.IsSound);
        Assert.Empty(rig.Escaped);
        Assert.NotEmpty(rig.Broken);
    }

    [Fact]
    public async Task Requests_UnderWayWhenTheFirmwareDies_AreDoneAgainInOrder()
    {
        var slow = new HoldingDevice();
        await using var rig = new RingRig(slow);
        using var shared = SharedMemory.Map(SharedMemory.Create("inflight", 4096), 4096);
        var before = rig.NewQueue(Region(shared));
        await rig.StartAsync(before);
        foreach (var (head, sector) in new[] { ((ushort)0, 8UL), ((ushort)3, 16UL), ((ushort)6, 24UL) })
            Offer(rig, head, sector);
        await ProcessAsync(rig, before);
        Assert.Equal([8UL * 512, 16UL * 512, 24UL * 512], slow.Held.Select(request => request.Offset));
        // The second is done, and told; then the firmware is gone.
        await rig.Reactor.RunAsync(() => slow.Held[1].Complete(BlockStatus.Ok));
        slow.Held.Clear();

        var after = rig.NewQueue(Region(shared));
        await rig.StartAsync(after);
        Assert.Equal([8UL * 512, 24UL * 512], slow.Held.Select(request => request.Offset));
        await rig.Reactor.RunAsync(() => slow.Held.ForEach(request => request.Complete(BlockStatus.Ok)));
        Assert.Equal(3, rig.UsedIndex);
        Offer(rig, 9, 32);
        await ProcessAsync(rig, after);
        Assert.Equal(32UL * 512, slow.Held[^1].Offset);
        await rig.Reactor.RunAsync(() => slow.Held[^1].Complete(BlockStatus.Ok));
        await rig.StopAsync(after);
        Assert.Empty(rig.Broken);
    }

    private static unsafe void Attack(RingRig rig, string how)
    {
        switch (how)
        {
            case "head":
                rig.Offer(RingRig.Size);
                return;
            case "loop":
                rig.Describe(0, 0x3000, 16, VirtqDescriptor.Next, 0);
                break;
            case "outside":
                rig.Describe(0, RingRig.Granted - 8, 16, 0);
                break;
            case "end of all":
                rig.Describe(0, ulong.MaxValue - 4, 16, 0);
                break;
            case "order":
                rig.Describe(0, 0x3000, 16, VirtqDescriptor.Write | VirtqDescriptor.Next, 1);
                rig.Describe(1, 0x3100, 16, 0);
                break;
            case "short":
                rig.Describe(0, 0x3000, 8, VirtqDescriptor.Next, 1);
                rig.Describe(1, 0x3100, 1, VirtqDescriptor.Write);
                break;
            case "no status":
                rig.Describe(0, 0x3000, 16, 0);
                break;
            case "indirect":
                rig.Describe(0, 0x3000, 32, VirtqDescriptor.Indirect);
                break;
            default:
                *(ushort*)(rig.Memory + RingRig.Available + 2) = RingRig.Size + 1;
                return;
        }
        rig.Offer(0);
    }

    /// <summary>A ring of anything, now and then almost a right one.</summary>
    private static unsafe void Scramble(RingRig rig, Random random)
    {
        var memory = rig.Memory;
        random.NextBytes(new Span<byte>(memory, 0x4000));
        for (var i = 0; i < RingRig.Size; i++)
            if (random.Next(3) != 0)
                rig.Describe(
                    i, (ulong)random.Next(RingRig.Granted + 64), random.Next(4) == 0 ? (uint)random.Next() : (uint)random.Next(1, 8192), (ushort)random.Next(8),
                    (ushort)random.Next(RingRig.Size + 1));
        *(ushort*)(memory + RingRig.Available + 2) = (ushort)random.Next(RingRig.Size + 2);
        for (var i = 0; i < RingRig.Size; i++)
            *(ushort*)(memory + RingRig.Available + 4 + (ulong)(i * 2)) = (ushort)random.Next(RingRig.Size + 1);
        *(uint*)(memory + 0x3000) = (uint)random.Next(14);
    }

    private static async Task<VirtioBlkStatus> DoAsync(RingRig rig, VirtQueue queue, VirtioBlkType type, ulong sector, byte value)
    {
        Fill(rig, value);
        var status = Request(rig, type, sector, Block);
        await ProcessAsync(rig, queue);
        return (VirtioBlkStatus)status();
    }

    private static Task ProcessAsync(RingRig rig, VirtQueue queue) => rig.Reactor.RunAsync(queue.Process);

    private static unsafe void Fill(RingRig rig, byte value) => new Span<byte>(rig.Memory + Data, (int)Block).Fill(value);

    private static unsafe byte At(RingRig rig, ulong address) => rig.Memory[address];

    private static unsafe string Text(RingRig rig) => Encoding.ASCII.GetString(new ReadOnlySpan<byte>(rig.Memory + Data, 20)).TrimEnd('\0');

    private static unsafe Func<byte> Request(RingRig rig, VirtioBlkType type, ulong sector, uint length)
    {
        var status = rig.Request(0, type, sector, Data, length);
        return () => *status;
    }

    private static unsafe void Offer(RingRig rig, ushort head, ulong sector) => rig.Request(head, VirtioBlkType.Out, sector, Data, Block);

    private static unsafe InflightRegion Region(SharedMemory shared) => new(shared.Memory, RingRig.Size);

    /// <summary>Keeps what it is given until the test completes it.</summary>
    private sealed class HoldingDevice : IBlockDevice, IIoChannel
    {
        public List<BlockRequest> Held { get; } = [];

        public uint BlockSize => 512;

        public ulong SizeBytes => 1 << 20;

        public bool IsReadOnly => false;

        public event Action? Resized
        {
            add { }
            remove { }
        }

        public IIoChannel OpenChannel(Reactor reactor) => this;

        public void Submit(BlockRequest request) => Held.Add(request);

        public void Kick()
        {
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
