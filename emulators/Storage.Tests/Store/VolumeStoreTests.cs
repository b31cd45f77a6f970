using Lab.Emulators.Storage.Store;

namespace Lab.Emulators.Storage.Tests.Store;

public sealed class VolumeStoreTests
{
    private const int Chunk = StoreLimits.ChunkBytes;

    [Fact]
    public async Task Volume_New_ReadsAsZero()
    {
        using var harness = new StoreHarness();
        var volume = harness.NewVolume(1 << 20);
        Assert.DoesNotContain(await harness.ReadAsync(volume, 0, 1 << 20), value => value != 0);
        Assert.Equal(0, harness.Store.Usage.UsedBytes);
    }

    [Fact]
    public async Task Clone_WrittenInTheMiddleOfAChunk_KeepsTheRestAndLeavesTheOrigin()
    {
        using var harness = new StoreHarness();
        var origin = harness.NewVolume(4 * Chunk);
        await harness.WriteAsync(origin, 0, StoreHarness.Filled(2 * Chunk, 1));
        var clone = harness.Clone(harness.Snapshot(origin));
        await harness.WriteAsync(clone, Chunk - 100, StoreHarness.Filled(200, 2));
        var bytes = await harness.ReadAsync(clone, 0, 4 * Chunk);
        AssertFilled(1, bytes[..(Chunk - 100)]);
        AssertFilled(2, bytes[(Chunk - 100)..(Chunk + 100)]);
        AssertFilled(1, bytes[(Chunk + 100)..(2 * Chunk)]);
        AssertFilled(0, bytes[(2 * Chunk)..]);
        AssertFilled(1, await harness.ReadAsync(origin, 0, 2 * Chunk));
    }

    [Fact]
    public async Task Snapshot_OriginWrittenAfterwards_KeepsOldBytes()
    {
        using var harness = new StoreHarness();
        var origin = harness.NewVolume(Chunk);
        await harness.WriteAsync(origin, 0, StoreHarness.Filled(Chunk, 1));
        var snapshot = harness.Snapshot(origin);
        await harness.WriteAsync(origin, 0, StoreHarness.Filled(Chunk, 2));
        AssertFilled(1, await harness.ReadAsync(harness.Clone(snapshot), 0, Chunk));
    }

    [Fact]
    public async Task Delete_CloneOutlivesItsParents_AndTheSpaceReturnsWithTheLast()
    {
        using var harness = new StoreHarness();
        var origin = harness.NewVolume(16 * Chunk);
        await harness.WriteAsync(origin, 0, StoreHarness.Filled(8 * Chunk, 1));
        var snapshot = harness.Snapshot(origin);
        var clone = harness.Clone(snapshot);
        await harness.WriteAsync(clone, 0, StoreHarness.Filled(Chunk, 2));
        Assert.Equal(9 * Chunk, harness.Store.Usage.UsedBytes);
        harness.Store.DeleteVolume(origin);
        harness.Store.DeleteSnapshot(snapshot);
        Assert.Equal(9 * Chunk, harness.Store.Usage.UsedBytes);
        AssertFilled(1, await harness.ReadAsync(clone, Chunk, 7 * Chunk));
        harness.Store.DeleteVolume(clone);
        Assert.Equal(0, harness.Store.Usage.UsedBytes);
        Assert.Empty(Directory.EnumerateFiles(harness.Layers));
    }

    [Fact]
    public async Task Trim_OfAClone_HidesTheParentAndReturnsItsOwnSpace()
    {
        using var harness = new StoreHarness();
        var origin = harness.NewVolume(4 * Chunk);
        await harness.WriteAsync(origin, 0, StoreHarness.Filled(4 * Chunk, 1));
        var clone = harness.Clone(harness.Snapshot(origin));
        await harness.WriteAsync(clone, 0, StoreHarness.Filled(Chunk, 2));
        using (var use = harness.Store.UseAlone(clone))
        {
            await use.Volume.TrimAsync(100, (2 * Chunk) - 100 + 50, durable: true, default);
            Assert.Equal(new VolumeExtent(Chunk, true), use.Volume.GetExtent(0, Chunk));
            Assert.Equal(new VolumeExtent(Chunk, false), use.Volume.GetExtent(Chunk, 3 * Chunk));
        }
        Assert.Equal(5 * Chunk, harness.Store.Usage.UsedBytes);
        AssertFilled(0, await harness.ReadAsync(clone, Chunk, Chunk));

        // A part of a trimmed chunk, written again, brings nothing of the parent back.
        await harness.WriteAsync(clone, Chunk + 10, [9]);
        var chunk = await harness.ReadAsync(clone, Chunk, Chunk);
        Assert.Equal(9, chunk[10]);
        Assert.Equal(1, chunk.Count(value => value != 0));
        harness.Close();
        Assert.Equal(9, (await harness.ReadAsync(clone, Chunk + 10, 1))[0]);
    }

    [Fact]
    public async Task Resize_Larger_AddsZeroesAndNeverShrinks()
    {
        using var harness = new StoreHarness();
        var volume = harness.NewVolume(Chunk + 512);
        await harness.WriteAsync(volume, 0, StoreHarness.Filled(Chunk + 512, 1));
        harness.Store.ResizeVolume(volume, 10L << 30);
        AssertFilled(0, await harness.ReadAsync(volume, Chunk + 512, Chunk));
        await harness.WriteAsync(volume, (10L << 30) - 512, StoreHarness.Filled(512, 3));
        Assert.Equal(StoreError.Invalid, Assert.Throws<StoreException>(() => harness.Store.ResizeVolume(volume, Chunk)).Error);
        harness.Close();
        Assert.Equal(10L << 30, harness.Store.GetVolume(volume).Record.SizeBytes);
        Assert.Equal(3, (await harness.ReadAsync(volume, (10L << 30) - 1, 1))[0]);
        Assert.Equal(1, (await harness.ReadAsync(volume, Chunk + 511, 1))[0]);
    }

    [Fact]
    public async Task Pool_Full_RefusesNewChunksAndStillOverwrites()
    {
        using var harness = new StoreHarness(poolBytes: 2 * Chunk);
        var volume = harness.NewVolume(1 << 30);
        await harness.WriteAsync(volume, 0, StoreHarness.Filled(2 * Chunk, 1));
        var full = await Assert.ThrowsAsync<StoreException>(() => harness.WriteAsync(volume, 5 * Chunk, [1]));
        Assert.Equal(StoreError.NoSpace, full.Error);
        await harness.WriteAsync(volume, 100, [7]);
        using (var use = harness.Store.UseAlone(volume))
            await use.Volume.TrimAsync(0, Chunk, durable: false, default);
        await harness.WriteAsync(volume, 5 * Chunk, [1]);
        Assert.Equal(2 * Chunk, harness.Store.Usage.UsedBytes);
    }

    [Fact]
    public void Pool_OpenTwice_IsRefused()
    {
        using var harness = new StoreHarness();
        harness.NewVolume(Chunk);
        Assert.Throws<StoreException>(() => harness.OpenSame());
    }

    [Fact]
    public void Layers_TooDeep_AreRefused()
    {
        using var harness = new StoreHarness();
        var volume = harness.NewVolume(Chunk);
        for (var depth = 1; depth < StoreLimits.LayersDeepMax; depth++)
            harness.Snapshot(volume);
        Assert.Equal(StoreError.NoSpace, Assert.Throws<StoreException>(() => harness.Snapshot(volume)).Error);
    }

    [Fact]
    public async Task Use_HeldByOne_KeepsOthersFromDeletingAndExporting()
    {
        using var harness = new StoreHarness();
        var volume = harness.NewVolume(Chunk);
        using (harness.Store.UseAlone(volume))
        {
            Assert.Equal(StoreError.Conflict, Assert.Throws<StoreException>(() => harness.Store.DeleteVolume(volume)).Error);
            Assert.Equal(StoreError.Conflict, Assert.Throws<StoreException>(() => harness.Store.UseAlone(volume)).Error);
            Assert.Equal(
                StoreError.Conflict, Assert.Throws<StoreException>(() => harness.Store.CreateExport("e", volume, [], false)).Error);
        }
        await harness.FlushAsync(volume);
        harness.Store.DeleteVolume(volume);
    }

    private static void AssertFilled(byte value, byte[] bytes) => Assert.Equal(-1, bytes.AsSpan().IndexOfAnyExcept(value));
}
