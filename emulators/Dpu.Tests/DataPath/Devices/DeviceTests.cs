using Lab.Emulators.Dpu.DataPath;
using Lab.Emulators.Dpu.DataPath.Devices;

namespace Lab.Emulators.Dpu.Tests.DataPath.Devices;

public sealed class DeviceTests : IDisposable
{
    private const int SizeBytes = 4 << 20;

    private readonly string directory = Directory.CreateTempSubdirectory("dpu-devices-").FullName;

    public static TheoryData<string> Kinds => new("file", "memory");

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Data_OfEveryCut_ComesBack(string kind)
    {
        await using var device = Open(kind);
        await using var rig = await ChannelRig.OpenAsync(device);
        Assert.Equal((ulong)SizeBytes, device.SizeBytes);
        var random = new Random(3);
        foreach (var length in new[] { 512, 4096, 1 << 20 })
        {
            using var write = new TestRequest(BlockOperation.Write, 512, length, 1, 300, 4096, 70_000);
            random.NextBytes(write.Data);
            Assert.Equal(BlockStatus.Ok, await rig.RunAsync(write));
            using var read = new TestRequest(BlockOperation.Read, 512, length, 511, 2, 9000);
            Assert.Equal(BlockStatus.Ok, await rig.RunAsync(read));
            Assert.True(read.Data.SequenceEqual(write.Data));
        }
        Assert.Equal(BlockStatus.Ok, await rig.DoAsync(BlockOperation.Flush));
        Assert.Equal(BlockStatus.Ok, await rig.DoAsync(BlockOperation.WriteZeroes, 4096, 4096));
        Assert.Equal(BlockStatus.Ok, await rig.DoAsync(BlockOperation.Discard, 65536, 65536));
        Assert.True((await rig.ReadAsync(4096, 4096)).AsSpan().IndexOfAnyExcept((byte)0) < 0);
        Assert.True((await rig.ReadAsync(65536, 65536)).AsSpan().IndexOfAnyExcept((byte)0) < 0);
        Assert.NotEqual(0, (await rig.ReadAsync(8192, 4096)).Sum(b => (int)b));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Data_OutlivesTheDevice(string kind)
    {
        await using (var device = Open(kind))
        {
            await using var rig = await ChannelRig.OpenAsync(device);
            Assert.Equal(BlockStatus.Ok, await rig.WriteAsync(4096, 512, 0x42));
        }
        await using var again = Open(kind);
        await using var other = await ChannelRig.OpenAsync(again);
        Assert.Equal(0x42, (await other.ReadAsync(4096, 512))[511]);
    }

    [Fact]
    public async Task ReadOnlyFile_IsNotWritten()
    {
        var path = Path.Combine(directory, "config.img");
        await File.WriteAllBytesAsync(path, new byte[8192]);
        await using var device = new AioDevice(path, 512, isReadOnly: true);
        await using var rig = await ChannelRig.OpenAsync(device);
        Assert.Equal(BlockStatus.IoError, await rig.WriteAsync(0, 512, 1));
        Assert.Equal(BlockStatus.IoError, await rig.DoAsync(BlockOperation.Discard, 0, 512));
        Assert.Equal(BlockStatus.Ok, await rig.DoAsync(BlockOperation.Flush));
        Assert.Equal(0, (await rig.ReadAsync(0, 512))[0]);
    }

    [Fact]
    public async Task Null_ReadsZeroes()
    {
        await using var device = new NullDevice(512, 1 << 30);
        await using var rig = await ChannelRig.OpenAsync(device);
        using var read = new TestRequest(BlockOperation.Read, 0, 4096, 100).Fill(9);
        Assert.Equal(BlockStatus.Ok, await rig.RunAsync(read));
        Assert.True(read.Data.IndexOfAnyExcept((byte)0) < 0);
    }

    [Fact]
    public async Task ManyRequestsOfAFile_AllComplete()
    {
        await using var device = Open("file");
        await using var rig = await ChannelRig.OpenAsync(device);
        var load = new RandomLoad(rig.Channel, BlockOperation.Write, 4096, 32, SizeBytes);
        await load.RunAsync(rig.Reactor, 5000);
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private IBlockDevice Open(string kind)
    {
        var path = Path.Combine(directory, kind);
        if (kind == "memory")
            return new MallocDevice(path, 512, SizeBytes);
        if (!File.Exists(path))
            using (var file = File.Create(path))
                file.SetLength(SizeBytes);
        return new AioDevice(path, 512, isReadOnly: false);
    }
}
