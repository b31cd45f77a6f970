using Lab.Manager.Tests.Fixtures;
using static Lab.Manager.Tests.Images.ImageCloud;

namespace Lab.Manager.Tests.Images;

public sealed class ImageUploadTests(ImageCloud cloud) : IClassFixture<ImageCloud>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Upload_OfRaw_BecomesASnapshotOfTheSameBytes(bool chunked)
    {
        var raw = Bytes(3 << 20);
        var image = await CreateAsync(cloud.Red, "raw");

        Assert.Equal(204, await UploadAsync(cloud.Red, image, raw, chunked));

        var shown = await ShowAsync(cloud.Red, image);
        Assert.Equal("active", shown["status"]!.GetValue<string>());
        Assert.Equal(raw.Length, shown["size"]!.GetValue<int>());
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(raw)), shown["os_hash_value"]!.GetValue<string>());
        Assert.Equal(raw, cloud.Target.Snapshots[image]);
        Assert.Empty(cloud.Target.Volumes);
        Assert.Empty(cloud.TemporaryFiles());
        Assert.Equal(409, await UploadAsync(cloud.Red, image, raw));
    }

    [Fact]
    public async Task Upload_OfQcow2_BecomesASnapshotOfTheDisk()
    {
        var raw = Bytes(5 << 20);
        raw.AsSpan(1 << 20, 3 << 20).Clear();
        var image = await CreateAsync(cloud.Red, "qcow2");

        Assert.Equal(204, await UploadAsync(cloud.Red, image, cloud.Qemu.Qcow2Of(raw)));

        Assert.Equal(raw.Length, (await ShowAsync(cloud.Red, image))["virtual_size"]!.GetValue<int>());
        Assert.Equal(raw, cloud.Target.Snapshots[image]);
        Assert.Empty(cloud.TemporaryFiles());
    }

    [Fact]
    public async Task Upload_OfARawThatLooksLikeQcow2_IsTakenAsItIs()
    {
        var backed = cloud.Qemu.Create("-f", "qcow2", "-u", "-b", "/etc/passwd", "-F", "raw", "a.qcow2", "1M");
        var image = await CreateAsync(cloud.Red, "raw");

        Assert.Equal(204, await UploadAsync(cloud.Red, image, backed));

        Assert.Equal(backed, cloud.Target.Snapshots[image].AsSpan(0, backed.Length));
    }

    [Fact]
    public async Task Upload_OfWhatIsRefused_KillsTheImageAndLeavesNothing()
    {
        var refused = new Dictionary<string, byte[]>
        {
            ["names a backing file"] = cloud.Qemu.Create("-f", "qcow2", "-u", "-b", "/etc/passwd", "-F", "raw", "a.qcow2", "1M"),
            ["names an external data file"] = cloud.Qemu.Create("-f", "qcow2", "-o", "data_file=data.raw", "b.qcow2", "1M"),
            ["its disk must have"] = cloud.Qemu.Create("-f", "qcow2", "c.qcow2", "300G"),
            ["no qcow2 header"] = Bytes(100_000),
            ["it is empty"] = [],
            // The header is whole, the tables behind it are not.
            ["qemu-img"] = [.. cloud.Qemu.Qcow2Of(Bytes(1 << 20)).Take(70_000)],
        };
        foreach (var (reason, bytes) in refused)
        {
            var image = await CreateAsync(cloud.Red, "qcow2");

            Assert.Equal(400, await UploadAsync(cloud.Red, image, bytes));

            var shown = await ShowAsync(cloud.Red, image);
            Assert.Equal("killed", shown["status"]!.GetValue<string>());
            Assert.Contains(reason, shown["failure"]!.GetValue<string>(), StringComparison.Ordinal);
            Assert.DoesNotContain("manager-test-", shown["failure"]!.GetValue<string>(), StringComparison.Ordinal);
            Assert.Equal(409, await UploadAsync(cloud.Red, image, Bytes(1 << 20)));
            Assert.Equal(204, (await cloud.Red.CallAsync("DELETE", $"{ImagesPath}/{image}")).Status);
            Assert.False(cloud.Target.Snapshots.ContainsKey(image));
        }
        Assert.Empty(cloud.Target.Volumes);
        Assert.Empty(cloud.TemporaryFiles());
    }
}
