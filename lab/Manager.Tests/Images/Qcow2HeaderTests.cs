using Lab.Manager.Tests.Fixtures;
using Lab.Manager.Images;

namespace Lab.Manager.Tests.Images;

/// <summary>Headers as qemu-img writes them, and broken ones.</summary>
[Collection(AloneCollection.Name)]
public sealed class Qcow2HeaderTests : IDisposable
{
    private readonly QemuImage qemu = new();

    [Theory]
    [InlineData("compat=1.1", 3)]
    [InlineData("compat=0.10", 2)]
    [InlineData("compat=1.1,extended_l2=on", 3)]
    [InlineData("compat=1.1,compression_type=zstd,cluster_size=2M", 3)]
    [InlineData("compat=1.1,cluster_size=512", 3)]
    public void TryRead_OfAnImageThatStandsAlone_GivesItsSize(string options, uint version)
    {
        Assert.True(Qcow2Header.TryRead(qemu.Create("-f", "qcow2", "-o", options, "a.qcow2", "7M"), out var header, out _));

        Assert.Equal(version, header.Version);
        Assert.Equal(7UL << 20, header.VirtualSize);
        Assert.False(header.NamesBackingFile || header.NamesDataFile || header.IsEncrypted || header.IsCorrupt);
    }

    [Theory]
    [InlineData("compat=1.1")]
    [InlineData("compat=0.10")]
    public void TryRead_OfABackedImage_SeesIt(string options)
    {
        Assert.True(Qcow2Header.TryRead(
            qemu.Create("-f", "qcow2", "-u", "-b", "/etc/passwd", "-F", "raw", "-o", options, "a.qcow2", "1M"), out var header, out _));
        Assert.True(header.NamesBackingFile);
    }

    [Fact]
    public void TryRead_OfAnImageWithADataFile_SeesIt()
    {
        var image = qemu.Create("-f", "qcow2", "-o", "data_file=data.raw,data_file_raw=on", "a.qcow2", "1M");

        Assert.True(Qcow2Header.TryRead(image, out var header, out _));
        Assert.True(header.NamesDataFile);

        // The name alone counts too, whatever the feature bit says.
        image[79] &= 0xfb;
        Assert.True(Qcow2Header.TryRead(image, out header, out _));
        Assert.True(header.NamesDataFile);
    }

    [Fact]
    public void TryRead_OfAnEncryptedImage_SeesIt()
    {
        var image = qemu.Create("-f", "qcow2", "--object", "secret,id=s,data=abc", "-o", "encrypt.format=aes,encrypt.key-secret=s", "a.qcow2", "1M");

        Assert.True(Qcow2Header.TryRead(image, out var header, out _));
        Assert.True(header.IsEncrypted);
    }

    [Fact]
    public void TryRead_OfUnknownFeatures_Fails()
    {
        var image = qemu.Create("-f", "qcow2", "a.qcow2", "1M");
        image[72] = 0x80;

        Assert.False(Qcow2Header.TryRead(image, out _, out var reason));
        Assert.Contains("features", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_OfAnyCutOrDamage_NeverThrows()
    {
        var image = qemu.Create("-f", "qcow2", "a.qcow2", "1M");
        for (var length = 0; length < 700; length++)
            Qcow2Header.TryRead(image.AsSpan(0, length), out _, out _);
        for (var at = 0; at < 300; at++)
        {
            foreach (var value in (byte[])[0x00, 0x7f, 0x80, 0xff])
            {
                var damaged = image.ToArray();
                damaged[at] = value;
                Qcow2Header.TryRead(damaged, out _, out _);
            }
        }
    }

    public void Dispose() => qemu.Dispose();
}
