using Lab.Emulators.Storage.Store;

namespace Lab.Emulators.Storage.Tests.Store;

/// <summary>Random operations on volumes, snapshots and clones, against plain arrays; then what a kill after a flush leaves.</summary>
public sealed class VolumeModelTests
{
    private const int Chunk = StoreLimits.ChunkBytes;
    private const int Size = (10 * Chunk) + 1024;
    private const int Steps = 400;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Volumes_RandomOperations_AgreeWithTheModel(int seed)
    {
        var random = new Random(seed);
        using var harness = new StoreHarness();
        var model = new Dictionary<Guid, byte[]> { [harness.NewVolume(Size)] = new byte[Size] };
        for (var step = 0; step < Steps; step++)
        {
            var (id, bytes) = model.ElementAt(random.Next(model.Count));
            var offset = random.Next(Size);
            var length = random.Next(1, Math.Min(3 * Chunk, Size - offset) + 1);
            if (random.Next(3) == 0)
                (offset, length) = (offset / Chunk * Chunk, Math.Min(Chunk, Size - (offset / Chunk * Chunk)));
            var kind = random.Next(20);
            if (kind == 0 && model.Count < 5)
            {
                model[harness.Clone(harness.Snapshot(id))] = (byte[])bytes.Clone();
            }
            else if (kind == 1 && model.Count > 1)
            {
                harness.Store.DeleteVolume(id);
                model.Remove(id);
            }
            else if (kind == 2)
            {
                harness.Close();
            }
            else if (kind == 3)
            {
                await FlushedSurvivesAsync(harness, id, bytes);
            }
            else
            {
                await ChangeAsync(harness, id, bytes, offset, length, kind, random);
            }
            if (model.TryGetValue(id, out var expected))
                Assert.True(Same(expected, await harness.ReadAsync(id, 0, Size)), $"step {step}, kind {kind}");
        }
        foreach (var (id, expected) in model)
            Assert.True(Same(expected, await harness.ReadAsync(id, 0, Size)));
        foreach (var snapshot in harness.Store.ListSnapshots())
            harness.Store.DeleteSnapshot(snapshot.Id);
        foreach (var id in model.Keys)
            harness.Store.DeleteVolume(id);
        Assert.Equal(0, harness.Store.Usage.UsedBytes);
    }

    private static async Task ChangeAsync(StoreHarness harness, Guid id, byte[] bytes, int offset, int length, int kind, Random random)
    {
        using var use = harness.Store.UseAlone(id);
        switch (kind)
        {
            case < 8:
                await use.Volume.WriteZeroesAsync(offset, length, (ZeroMode)random.Next(2), durable: false, default);
                bytes.AsSpan(offset, length).Clear();
                break;
            case < 10:
                await use.Volume.TrimAsync(offset, length, durable: false, default);
                await use.Volume.ReadAsync(offset, bytes.AsMemory(offset, length), default);
                break;
            default:
                random.NextBytes(bytes.AsSpan(offset, length));
                await use.Volume.WriteAsync(offset, bytes.AsMemory(offset, length), kind == 10, default);
                break;
        }
    }

    private static async Task FlushedSurvivesAsync(StoreHarness harness, Guid id, byte[] bytes)
    {
        await harness.FlushAsync(id);
        var (copy, directory) = harness.OpenCopy();
        using (directory)
        using (copy)
        using (var use = copy.UseAlone(id))
        {
            var read = new byte[Size];
            await use.Volume.ReadAsync(0, read, default);
            Assert.True(Same(bytes, read));
        }
    }

    private static bool Same(byte[] expected, byte[] read) => expected.AsSpan().SequenceEqual(read);
}
