using Lab.Emulators.Dpu.DataPath.Vhost;
using Lab.Emulators.Dpu.Linux;
using Lab.Protocols.VhostUser;
using Microsoft.Win32.SafeHandles;

namespace Lab.Emulators.Dpu.Tests.DataPath.Vhost;

/// <summary>Memory of another process: none is touched that is not there, now or later, and none that was not granted.</summary>
public sealed class SharedMemoryTests
{
    private const int Bytes = 64 * 1024;
    private const ulong User = 0x7f00_0000_0000;

    [Fact]
    public void MemoryThatWasCreated_CannotBeShortenedOrLengthened()
    {
        using var file = SharedMemory.Create("fixed", Bytes);
        using var memory = SharedMemory.Map(file, Bytes);
        Assert.True(memory.IsSealed);
        Assert.Throws<UnauthorizedAccessException>(() => RandomAccess.SetLength(file, Bytes - 1));
        Assert.Throws<UnauthorizedAccessException>(() => RandomAccess.SetLength(file, Bytes + 1));
        Assert.Equal(Bytes, RandomAccess.GetLength(file));
    }

    /// <summary>As a front end may make it: allowed to be sealed, and not sealed.</summary>
    [Fact]
    public void MemoryOfAFrontEnd_OnceMapped_CannotBeShortened()
    {
        using var file = MemFd.Create(Bytes, allowsSeals: true);
        RandomAccess.SetLength(file, Bytes / 2);
        RandomAccess.SetLength(file, Bytes);
        using var memory = SharedMemory.Map(file, Bytes);
        Assert.True(memory.IsSealed);
        Assert.Throws<UnauthorizedAccessException>(() => RandomAccess.SetLength(file, Bytes / 2));
        RandomAccess.SetLength(file, 2 * Bytes);
    }

    [Fact]
    public void MemoryThatCannotBeSealed_IsMappedAndSaysSo()
    {
        using var file = MemFd.Create(Bytes, allowsSeals: false);
        using var memory = SharedMemory.Map(file, Bytes);
        Assert.False(memory.IsSealed);
        Assert.False(FileSeals.TryFixSize(file));
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(Bytes + 1UL)]
    [InlineData(ulong.MaxValue)]
    public void Mapping_OfMoreThanThereIs_IsRefused(ulong length)
    {
        using var file = MemFd.Create(Bytes, allowsSeals: true);
        Assert.Throws<IOException>(() => SharedMemory.Map(file, length));
    }

    [Theory]
    [InlineData(0UL, 0UL, User, 0UL)]
    [InlineData(0UL, Bytes + 1UL, User, 0UL)]
    [InlineData(0UL, (ulong)Bytes, User, 1UL)]
    [InlineData(0UL, (ulong)Bytes, User, ulong.MaxValue)]
    [InlineData(ulong.MaxValue, (ulong)Bytes, User, 0UL)]
    [InlineData(0UL, (ulong)Bytes, ulong.MaxValue - 1, 0UL)]
    public void Region_ThatCannotBe_IsRefused(ulong guest, ulong size, ulong user, ulong offset)
    {
        using var file = MemFd.Create(Bytes, allowsSeals: true);
        Assert.Throws<VhostException>(() => GuestMemory.Map([new MemoryRegion(guest, size, user, offset)], [file]));
    }

    [Fact]
    public unsafe void Addresses_AreFoundInTheirRegionAndUpToItsEnd()
    {
        using var first = MemFd.Create(Bytes, allowsSeals: true);
        using var second = MemFd.Create(Bytes, allowsSeals: true);
        // One offset into its file, one next to nothing; a hole in between.
        using var memory = GuestMemory.Map(
            [new MemoryRegion(0x10_0000, 0x1000, User + 0x10_0000, 0), new MemoryRegion(0x1000, 0x2000, User, 0x3000)], [first, second]);
        using var seen = SharedMemory.Map(second, Bytes);
        seen.Memory[0x4fff] = 0x5a;

        Assert.Equal(0x5a, *memory.Find(0x2fff, 100, out var run));
        Assert.Equal(1UL, run);
        Assert.Equal(0x5a, *memory.FindUser(User + 0x1fff, 1));
        Assert.True(memory.FindUser(User + 0x1fff, 2) is null);
        Assert.True(memory.FindUser(User + 0x1000, ulong.MaxValue) is null);
        foreach (var outside in new ulong[] { 0, 0xfff, 0x3000, 0xf_ffff, 0x10_1000, ulong.MaxValue })
        {
            Assert.True(memory.Find(outside, 1, out run) is null);
            Assert.Equal(0UL, run);
        }
    }
}
