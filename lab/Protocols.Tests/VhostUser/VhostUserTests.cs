using Lab.Protocols.VhostUser;

namespace Lab.Protocols.Tests.VhostUser;

/// <summary>Messages as the vhost-user specification lays them out, some as QEMU 7.2 sends them.</summary>
public sealed class VhostUserTests
{
    [Fact]
    public void Header_IsThreeWords()
    {
        var bytes = Convert.FromHexString("05000000" + "09000000" + "28000000");
        var header = VhostUserHeader.Read(bytes);
        Assert.Equal(new VhostUserHeader((uint)VhostUserRequest.SetMemoryTable, 9, 40), header);
        Assert.True(header.IsVersion1);
        Assert.True(header.WantsAck);
        var written = new byte[VhostUserHeader.Bytes];
        header.Write(written);
        Assert.Equal(bytes, written);
        Assert.False(VhostUserHeader.Read(Convert.FromHexString("010000000200000000000000")).IsVersion1);
    }

    [Fact]
    public void MemoryTable_OfQemu_IsRead()
    {
        var bytes = Convert.FromHexString("01000000" + "00000000" + "0000000000000000" + "0000002000000000" + "0000e0a7ff7f0000" + "0000000000000000");
        Assert.True(MemoryRegion.TryReadTable(bytes, out var regions));
        Assert.Equal([new MemoryRegion(0, 0x2000_0000, 0x7fff_a7e0_0000, 0)], regions);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0000000000000000")]
    [InlineData("0900000000000000")]
    [InlineData("ffffffff00000000")]
    [InlineData("01000000000000000000")]
    public void MemoryTable_ThatDoesNotHoldWhatItSays_IsRefused(string bytes) => Assert.False(MemoryRegion.TryReadTable(Convert.FromHexString(bytes), out _));

    [Fact]
    public void VringAddress_HasTheUsedRingBeforeTheAvailableOne()
    {
        var bytes = Convert.FromHexString("02000000" + "01000000" + "1000000000000000" + "2000000000000000" + "3000000000000000" + "4000000000000000");
        Assert.Equal(new VringAddress(2, 1, 0x10, 0x20, 0x30), VringAddress.Read(bytes));
    }

    /// <summary>virtio 1.2 §5.2.4: capacity at 0, seg_max at 12, blk_size at 20, num_queues at 34, discard at 36, write zeroes at 48.</summary>
    [Fact]
    public void Config_IsWhereVirtioHasIt()
    {
        var bytes = new byte[VirtioBlkConfig.Bytes];
        new VirtioBlkConfig(1 << 30, 512, 126, 4).Write(bytes);
        Assert.Equal(1UL << 21, BitConverter.ToUInt64(bytes));
        Assert.Equal(126u, BitConverter.ToUInt32(bytes, 12));
        Assert.Equal(512u, BitConverter.ToUInt32(bytes, 20));
        Assert.Equal(4, BitConverter.ToUInt16(bytes, 34));
        Assert.Equal(1u, BitConverter.ToUInt32(bytes, 40));
        Assert.Equal(1u, BitConverter.ToUInt32(bytes, 52));
        Assert.Equal(1, bytes[56]);
    }

    [Fact]
    public void Readers_AnyBytes_NeverThrow()
    {
        var random = new Random(22);
        var bytes = new byte[MemoryRegion.Bytes * 10];
        for (var round = 0; round < 10_000; round++)
        {
            random.NextBytes(bytes);
            if (random.Next(2) == 0)
                bytes.AsSpan(1, 3).Clear();
            _ = MemoryRegion.TryReadTable(bytes.AsSpan(0, random.Next(bytes.Length)), out _);
            _ = VhostUserHeader.Read(bytes);
            _ = VringState.Read(bytes);
            _ = VringAddress.Read(bytes);
            _ = InflightDescription.Read(bytes);
            _ = VirtioBlkHeader.Read(bytes);
            _ = VirtioBlkRange.Read(bytes);
        }
    }
}
