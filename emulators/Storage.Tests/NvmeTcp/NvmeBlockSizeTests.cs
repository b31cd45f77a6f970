using System.Buffers.Binary;
using System.Text.Json.Nodes;
using Lab.Emulators.Storage.Tests.Support;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.Tests.NvmeTcp;

/// <summary>Namespaces with blocks of 4096 bytes.</summary>
public sealed class NvmeBlockSizeTests
{
    [Theory]
    [InlineData(4 << 20, 12)]
    [InlineData((4 << 20) + 512, 9)]
    public async Task Volume_ThatHoldsWholeBlocks_HasThem(long size, int power)
    {
        using var directory = new TempDirectory();
        using var target = await TargetProcess.StartAsync(directory.File("pool"), "--nvme-tcp", "127.0.0.1:0", "--block-size", "4096");
        var volume = await target.Management.CreateVolumeAsync(size);
        var export = await target.Management.PostAsync("exports", new JsonObject
        {
            ["id"] = "v", ["volume_id"] = volume, ["hosts"] = new JsonArray(new JsonObject { ["nqn"] = RawHost.Nqn }),
        });
        using var disk = await NvmeDisk.OpenAsync(target.Nvme!, volume, export.GetProperty("nvme").GetProperty("subnqn").GetString()!);
        var identity = disk.Admin.Identify(0, 1);
        Assert.Equal(power, identity[130]);
        var blocks = BinaryPrimitives.ReadUInt64LittleEndian(identity);
        Assert.Equal((ulong)size >> power, blocks);

        var block = Enumerable.Repeat((byte)5, 1 << power).ToArray();
        Assert.Equal(StatusCode.Success, disk.Io.Execute(disk.Io.Io(Opcode.Write, blocks - 1, 1, block.Length), block).Status);
        Assert.Equal(block, disk.Io.ExecuteWithData(disk.Io.Io(Opcode.Read, blocks - 1, 1, block.Length), block.Length));
        Assert.Equal(StatusCode.LbaOutOfRange, disk.Io.Execute(disk.Io.Io(Opcode.Write, blocks, 1, block.Length), block).Status);
    }
}
