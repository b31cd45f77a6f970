using Lab.Emulators.Storage.Store;

namespace Lab.Emulators.Storage.Tests.Store;

/// <summary>A map file with wrong bytes: mended from its second copy, or refused; never believed.</summary>
public sealed class DamagedMapTests
{
    private const int Chunk = StoreLimits.ChunkBytes;
    private const int Slot = 4096;

    /// <summary>Slots: 0 and 1 are the header's, 2 and 3 the first page's.</summary>
    [Theory]
    [InlineData(0, 8)]
    [InlineData(1, 100)]
    [InlineData(2, 64)]
    [InlineData(2, 40)]
    [InlineData(2, 4095)]
    [InlineData(3, 64)]
    public async Task Map_OneCopyTorn_IsMended(int slot, int at)
    {
        using var harness = new StoreHarness();
        var volume = await WrittenVolumeAsync(harness);
        Corrupt(harness, (slot * Slot) + at, 1);
        Assert.Null(harness.Store.GetVolume(volume).Damage);
        AssertFilled(5, await harness.ReadAsync(volume, 0, 3 * Chunk));

        // Mended on disk too: now the other copy may go.
        harness.Close();
        Corrupt(harness, ((slot ^ 1) * Slot) + at, 1);
        AssertFilled(5, await harness.ReadAsync(volume, 0, 3 * Chunk));
    }

    [Fact]
    public async Task Map_HalfOfACopyZeroed_IsMended()
    {
        using var harness = new StoreHarness();
        var volume = await WrittenVolumeAsync(harness);
        using (var file = File.OpenWrite(MapPath(harness)))
        {
            file.Position = 2 * Slot;
            file.Write(new byte[512]);
        }
        AssertFilled(5, await harness.ReadAsync(volume, 0, 3 * Chunk));
    }

    [Fact]
    public async Task Map_BothCopiesTorn_RefusesThisVolumeAndServesOthers()
    {
        using var harness = new StoreHarness();
        var volume = await WrittenVolumeAsync(harness);
        Corrupt(harness, (2 * Slot) + 70, 1);
        Corrupt(harness, (3 * Slot) + 70, 1);
        var other = harness.NewVolume(Chunk);
        await harness.WriteAsync(other, 0, [1]);
        Assert.Contains("fail their checksum", harness.Store.GetVolume(volume).Damage, StringComparison.Ordinal);
        Assert.Equal(StoreError.Damaged, Assert.Throws<StoreException>(() => harness.Store.UseAlone(volume)).Error);
        Assert.Equal(
            StoreError.Damaged, Assert.Throws<StoreException>(() => harness.Store.CreateExport("e", volume, [], false)).Error);
        Assert.Equal(StoreError.Damaged, Assert.Throws<StoreException>(() => harness.Snapshot(volume)).Error);
        harness.Store.DeleteVolume(volume);
    }

    [Fact]
    public async Task Map_CutOff_IsRefused()
    {
        using var harness = new StoreHarness();
        var volume = await WrittenVolumeAsync(harness);
        using (var file = File.OpenWrite(MapPath(harness)))
            file.SetLength(2 * Slot);
        Assert.NotNull(harness.Store.GetVolume(volume).Damage);
    }

    [Fact]
    public void Records_Garbled_AreRefused()
    {
        using var harness = new StoreHarness();
        harness.NewVolume(Chunk);
        harness.Close();
        File.AppendAllText(Path.Combine(harness.Pool, "pool.json"), "}");
        Assert.Equal(StoreError.Damaged, Assert.Throws<StoreException>(() => harness.Store).Error);
    }

    [Fact]
    public async Task Data_OfAWriteThatWasNeverFlushed_DoesNotComeBackWithItsChunk()
    {
        using var harness = new StoreHarness();
        var volume = harness.NewVolume(4 * Chunk);
        await harness.WriteAsync(volume, 0, StoreHarness.Filled(Chunk, 0xEE));
        var (store, directory) = harness.OpenCopy(machineCrashed: true);
        using (directory)
        using (store)
        using (var use = store.UseAlone(volume))
        {
            var bytes = new byte[Chunk];
            await use.Volume.WriteAsync(10, new byte[] { 1 }, durable: true, default);
            await use.Volume.ReadAsync(0, bytes, default);
            Assert.DoesNotContain((byte)0xEE, bytes);
            Assert.Equal(1, bytes[10]);
        }
    }

    private static async Task<Guid> WrittenVolumeAsync(StoreHarness harness)
    {
        var volume = harness.NewVolume(16 * Chunk);
        await harness.WriteAsync(volume, 0, StoreHarness.Filled(3 * Chunk, 5));
        await harness.FlushAsync(volume);
        harness.Close();
        return volume;
    }

    private static string MapPath(StoreHarness harness) => Assert.Single(Directory.EnumerateFiles(harness.Layers, "*.map"));

    private static void Corrupt(StoreHarness harness, int offset, byte flip)
    {
        using var file = File.Open(MapPath(harness), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Position = offset;
        var old = (byte)file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(old ^ flip));
    }

    private static void AssertFilled(byte value, byte[] bytes) => Assert.Equal(-1, bytes.AsSpan().IndexOfAnyExcept(value));
}
