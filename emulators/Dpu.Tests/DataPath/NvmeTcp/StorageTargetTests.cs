using System.Text.Json.Nodes;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.DataPath;
using Lab.Emulators.Dpu.DataPath.NvmeTcp;
using Lab.Protocols.NvmeTcp;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lab.Emulators.Dpu.Tests.DataPath.NvmeTcp;

/// <summary>The initiator with the lab's own storage target, another program.</summary>
public sealed class StorageTargetTests
{
    private const long VolumeBytes = 16 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Volume_WithAuthentication_CarriesEveryOperation(bool digests)
    {
        byte[] key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
        var keyFile = Path.GetTempFileName();
        await File.WriteAllTextAsync(keyFile, DhchapSecret.Format(key));
        await using var storage = await StorageProcess.StartAsync(InitiatorRig.Options.Hostnqn, VolumeBytes, DhchapSecret.Format(key));
        await using var rig = await AttachAsync(storage, digests, keyFile);
        Assert.Equal((ulong)VolumeBytes, rig.Device.SizeBytes);
        var random = new Random(11);
        foreach (var length in new[] { 512, 4096, 8192, 65536, 1 << 20, 3 << 20 })
        {
            using var write = new TestRequest(BlockOperation.Write, 4096, length, 700, 4096, 50_000, 1_000_000);
            random.NextBytes(write.Data);
            Assert.Equal(BlockStatus.Ok, await rig.Io.RunAsync(write));
            var read = await rig.Io.ReadAsync(4096, length);
            Assert.True(write.Data.SequenceEqual(read), $"{length}");
        }
        Assert.Equal(BlockStatus.Ok, await rig.Io.DoAsync(BlockOperation.WriteZeroes, 8192, 8192));
        Assert.Equal(BlockStatus.Ok, await rig.Io.DoAsync(BlockOperation.Discard, 65536, 1 << 20));
        Assert.Equal(BlockStatus.Ok, await rig.Io.DoAsync(BlockOperation.Flush));
        Assert.True((await rig.Io.ReadAsync(8192, 8192)).AsSpan().IndexOfAnyExcept((byte)0) < 0);

        var resized = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        rig.Device.Resized += resized.SetResult;
        await storage.ResizeAsync(2 * VolumeBytes);
        await resized.Task.WaitAsync(Patience);
        Assert.Equal(2ul * VolumeBytes, rig.Device.SizeBytes);
        Assert.Equal(BlockStatus.Ok, await rig.Io.WriteAsync(VolumeBytes, 4096, 7));
        File.Delete(keyFile);
    }

    [Fact]
    public async Task Target_KilledUnderIo_LosesNothing()
    {
        await using var storage = await StorageProcess.StartAsync(InitiatorRig.Options.Hostnqn, VolumeBytes);
        await using var rig = await AttachAsync(storage);
        const int blocks = 512;
        var written = new byte[blocks];
        using var stop = new CancellationTokenSource();
        // Each writer has blocks of its own: what it wrote last is what must be there.
        var writers = Enumerable.Range(0, 16).Select(async w =>
        {
            var own = new Random(w);
            byte value = 0;
            while (!stop.IsCancellationRequested)
            {
                var block = (own.Next(blocks / 16) * 16) + w;
                Assert.Equal(BlockStatus.Ok, await rig.Io.WriteAsync((ulong)block * 4096, 4096, ++value));
                written[block] = value;
            }
        }).ToArray();
        for (var crash = 0; crash < 3; crash++)
        {
            var before = written.ToArray();
            await Eventually.TrueAsync("writers go on", () => written.Zip(before).Count(b => b.First != b.Second) > 100);
            await storage.RestartAsync();
        }
        await stop.CancelAsync();
        await Task.WhenAll(writers).WaitAsync(Patience);
        Assert.Equal(BlockStatus.Ok, await rig.Io.DoAsync(BlockOperation.Flush));
        for (var block = 0; block < blocks; block++)
            Assert.True((await rig.Io.ReadAsync((ulong)block * 4096, 4096)).AsSpan().IndexOfAnyExcept(written[block]) < 0, $"block {block}");
    }

    [Theory]
    [InlineData("data")]
    [InlineData("header")]
    public async Task Pdus_CorruptedOnTheirWay_AreFoundByTheirDigests(string part)
    {
        const int hits = 5;
        await using var storage = await StorageProcess.StartAsync(InitiatorRig.Options.Hostnqn, VolumeBytes);
        await using var rig = await AttachAsync(storage, digests: true);
        for (var block = 0; block < 64; block++)
            Assert.Equal(BlockStatus.Ok, await rig.Io.WriteAsync((ulong)block * 4096, 4096, (byte)block));
        var fault = await storage.SetFaultAsync(new JsonObject
        {
            ["kind"] = "corrupted_pdu", ["part"] = part, ["probability"] = 0.2, ["count_max"] = hits, ["seed"] = 5,
        });
        for (var round = 0; await storage.CountOfFaultAsync(fault) < hits; round++)
        {
            Assert.True(round < 20, "the fault hardly acts");
            for (var block = 0; block < 64; block++)
                Assert.True((await rig.Io.ReadAsync((ulong)block * 4096, 4096)).AsSpan().IndexOfAnyExcept((byte)block) < 0, $"block {block}");
        }
    }

    [Fact]
    public async Task TwoPaths_WhereAnaSaysSo_CarryTheIo()
    {
        await using var storage = await StorageProcess.StartAsync(InitiatorRig.Options.Hostnqn, VolumeBytes, paths: 2);
        await using var rig = await AttachAsync(storage);
        await rig.Initiator.AttachAsync(
            new NvmeAttachment(OptionsFor(storage) with { Paths = [.. storage.Ports.Select(InitiatorRig.PathTo)] }, null, null), CancellationToken.None);
        Assert.Equal(BlockStatus.Ok, await rig.Io.WriteAsync(0, 4096, 1));
        await storage.SetPathStateAsync(1, "inaccessible");
        Assert.Equal(BlockStatus.Ok, await rig.Io.WriteAsync(4096, 4096, 2));
        await storage.SetPathStateAsync(1, "optimized");
        await storage.SetPathStateAsync(2, "inaccessible");
        Assert.Equal(BlockStatus.Ok, await rig.Io.WriteAsync(8192, 4096, 3));
        for (var i = 0; i < 3; i++)
            Assert.Equal(i + 1, (await rig.Io.ReadAsync((ulong)i * 4096, 4096))[0]);
        Assert.Equal(["enabled", "enabled"], rig.Initiator.Describe("Nvme0").Select(p => p.State));
    }

    [Fact]
    public async Task Discovery_ListsTheExport()
    {
        await using var storage = await StorageProcess.StartAsync(InitiatorRig.Options.Hostnqn, VolumeBytes);
        await using var initiator = new NvmeInitiator(1, TimeProvider.System, NullLogger.Instance);
        var entries = await initiator.DiscoverAsync(
            new State.NvmeDiscovery
            {
                Name = "d",
                Path = InitiatorRig.PathTo(storage.Ports[0]),
                Hostnqn = InitiatorRig.Options.Hostnqn,
                Hostid = InitiatorRig.Options.Hostid,
            },
            CancellationToken.None);
        Assert.Contains(new NvmeDiscoveryEntry(storage.Subnqn, InitiatorRig.PathTo(storage.Ports[0])), entries);
    }

    [Theory(Explicit = true)]
    [InlineData(0, 4096, 1)]
    [InlineData(0, 4096, 32)]
    [InlineData(1, 4096, 32)]
    [InlineData(0, 131072, 8)]
    public async Task Throughput_IsMeasured(int operation, int length, int depth)
    {
        await using var storage = await StorageProcess.StartAsync(InitiatorRig.Options.Hostnqn, 256 << 20);
        await using var rig = await AttachAsync(storage);
        var load = new RandomLoad(rig.Io.Channel, (BlockOperation)operation, length, depth, 256 << 20);
        await load.RunAsync(rig.Io.Reactor, 5000);
        const int count = 60_000;
        var start = TimeProvider.System.GetTimestamp();
        await load.RunAsync(rig.Io.Reactor, count);
        var seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{(BlockOperation)operation} {length} QD{depth}: {count / seconds:F0} IOPS, {count / seconds * length / 1e6:F0} MB/s");
    }

    private static State.NvmeController OptionsFor(StorageProcess storage) =>
        InitiatorRig.Options with { Subnqn = storage.Subnqn, Paths = [InitiatorRig.PathTo(storage.Ports[0])] };

    private static Task<InitiatorRig> AttachAsync(StorageProcess storage, bool digests = false, string? keyFile = null) =>
        InitiatorRig.AttachAsync(new NvmeAttachment(OptionsFor(storage) with { Hdgst = digests, Ddgst = digests }, keyFile, null));
}
