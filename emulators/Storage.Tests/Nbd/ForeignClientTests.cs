using System.Text.Json;
using Lab.Emulators.Storage.Tests.Support;

namespace Lab.Emulators.Storage.Tests.Nbd;

/// <summary>Clients that are not ours judge the NBD front: QEMU's, libnbd's, fio's.</summary>
public sealed class ForeignClientTests(TargetFixture target) : IClassFixture<TargetFixture>
{
    private const long Size = 64L << 20;

    [Fact]
    public async Task NbdInfo_Export_SeesEveryAbility()
    {
        var url = await ExportedAsync();
        var info = JsonSerializer.Deserialize<JsonElement>(await Tool.RunAsync("nbdinfo", "--json", url));
        Assert.Equal("newstyle-fixed", info.GetProperty("protocol").GetString());
        Assert.True(info.GetProperty("structured").GetBoolean());
        var export = info.GetProperty("exports")[0];
        Assert.Equal(Size, export.GetProperty("export-size").GetInt64());
        Assert.Equal("base:allocation", export.GetProperty("contexts")[0].GetString());
        foreach (var ability in new[] { "cache", "df", "fast_zero", "flush", "fua", "multi_conn", "trim", "zero" })
            Assert.True(export.GetProperty($"can_{ability}").GetBoolean(), ability);
        Assert.False(export.GetProperty("is_read_only").GetBoolean());
    }

    [Fact]
    public async Task NbdInfo_List_ShowsOnlyWhatTheClientMaySee()
    {
        var volume = await target.Management.CreateVolumeAsync(Size);
        var mine = await target.Management.ExportAsync(volume);
        var others = await target.Management.ExportAsync(volume, client: "10.20.0.11");
        var list = await Tool.RunAsync("nbdinfo", "--list", "--json", $"nbd://{target.Nbd}");
        Assert.Contains(NameOf(mine), list, StringComparison.Ordinal);
        Assert.DoesNotContain(NameOf(others), list, StringComparison.Ordinal);

        // What it may not see is answered like what there is not.
        var hidden = await Tool.TryRunAsync("nbdinfo", others);
        var missing = await Tool.TryRunAsync("nbdinfo", $"nbd://{target.Nbd}/no-such-export");
        Assert.NotEqual(0, hidden.Code);
        Assert.Equal(missing.Error.Replace("no-such-export", "X", StringComparison.Ordinal), hidden.Error.Replace(NameOf(others), "X", StringComparison.Ordinal));
    }

    [Fact]
    public async Task QemuIo_ReadsWritesZeroesAndDiscards_AndTheMapFollows()
    {
        var url = await ExportedAsync();
        var output = await Tool.RunAsync(
            "qemu-io", "-f", "raw",
            "-c", "write -P 7 100k 300k", "-c", "flush", "-c", "read -P 7 100k 300k", "-c", "read -P 0 0 100k",
            "-c", "discard 128k 64k", "-c", "read -P 0 128k 64k",
            "-c", "write -z 200k 4k", "-c", "read -P 0 200k 4k", "-c", "read -P 7 204k 196k",
            "-c", "write -z -u 8M 4M", "-c", "write -f -P 3 5M 1M", "-c", "read -P 3 5M 1M",
            "-c", "write -P 9 20971519 3", "-c", "read -P 9 20971519 3", url);
        Assert.DoesNotContain("failed", output, StringComparison.Ordinal);
        var map = JsonSerializer.Deserialize<JsonElement>(await Tool.RunAsync("nbdinfo", "--map", "--json", url));
        var extents = map.EnumerateArray().Select(extent =>
            (extent.GetProperty("offset").GetInt64() >> 10, extent.GetProperty("length").GetInt64() >> 10, extent.GetProperty("type").GetInt32()));
        Assert.Equal(
            [(0, 64, 3), (64, 64, 0), (128, 64, 3), (192, 256, 0), (448, 4672, 3), (5120, 1024, 0), (6144, 14272, 3), (20416, 128, 0),
                (20544, 44992, 3)],
            extents);
        var qemuMap = await Tool.RunAsync("qemu-img", "map", "--output=json", "-f", "raw", url);
        Assert.Equal(4, JsonSerializer.Deserialize<JsonElement>(qemuMap).EnumerateArray().Count(extent => extent.GetProperty("data").GetBoolean()));
    }

    [Fact]
    public async Task QemuImg_ConvertThereAndBack_Compares()
    {
        using var directory = new TempDirectory();
        var image = directory.File("image.raw");
        await MakeImageAsync(image);
        var url = await ExportedAsync();
        await Tool.RunAsync("qemu-img", "convert", "-n", "-f", "raw", "-O", "raw", image, url);
        Assert.Contains("identical", await Tool.RunAsync("qemu-img", "compare", "-f", "raw", "-F", "raw", image, url), StringComparison.Ordinal);
        var back = directory.File("back.qcow2");
        await Tool.RunAsync("qemu-img", "convert", "-f", "raw", "-O", "qcow2", url, back);
        await Tool.RunAsync("qemu-img", "compare", "-f", "raw", "-F", "qcow2", image, back);
    }

    [Fact]
    public async Task NbdCopy_SeveralConnectionsThereAndBack_Compares()
    {
        using var directory = new TempDirectory();
        var image = directory.File("image.raw");
        await MakeImageAsync(image);
        var url = await ExportedAsync();
        await Tool.RunAsync("nbdcopy", "--flush", "--connections=4", image, url);
        var back = directory.File("back.raw");
        await Tool.RunAsync("nbdcopy", url, back);
        await Tool.RunAsync("cmp", image, back);
    }

    [Fact]
    public async Task Fio_RandomWritesWithVerify_FindsNoError()
    {
        var url = await ExportedAsync();
        await Tool.RunAsync(
            "fio", "--name=verify", "--ioengine=nbd", $"--uri={url}", "--rw=randwrite", "--bsrange=512-128k", "--bs_unaligned=0",
            "--iodepth=32", $"--size={Size}", "--verify=crc32c", "--verify_fatal=1", "--do_verify=1", "--randseed=7", "--fsync=200");
    }

    [Fact]
    public async Task Clone_OfAFilledSnapshot_ComparesWithTheOrigin()
    {
        using var directory = new TempDirectory();
        var image = directory.File("image.raw");
        await MakeImageAsync(image);
        var volume = await target.Management.CreateVolumeAsync(Size);
        await using (var content = File.OpenRead(image))
        {
            using var body = new StreamContent(content);
            using var response = await target.Management.Http.PutAsync($"volumes/{volume}/content", body);
            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        }
        var clone = await target.Management.CloneAsync(await target.Management.SnapshotAsync(volume));
        var url = await target.Management.ExportAsync(clone);
        await Tool.RunAsync("qemu-img", "compare", "-f", "raw", "-F", "raw", image, url);
        await Tool.RunAsync("qemu-io", "-f", "raw", "-c", "write -P 1 3M 1000", "-c", "flush", url);
        var origin = await target.Management.ExportAsync(volume, readOnly: true);
        await Tool.RunAsync("qemu-img", "compare", "-f", "raw", "-F", "raw", image, origin);
    }

    [Fact]
    public async Task ReadOnlyExport_QemuIoWrite_IsRefused()
    {
        var url = await target.Management.ExportAsync(await target.Management.CreateVolumeAsync(Size), readOnly: true);
        Assert.True(JsonSerializer.Deserialize<JsonElement>(await Tool.RunAsync("nbdinfo", "--json", url))
            .GetProperty("exports")[0].GetProperty("is_read_only").GetBoolean());
        Assert.NotEqual(0, (await Tool.TryRunAsync("qemu-io", "-f", "raw", "-c", "write 0 4k", url)).Code);
    }

    private async Task<string> ExportedAsync() => await target.Management.ExportAsync(await target.Management.CreateVolumeAsync(Size));

    private static string NameOf(string url) => url[(url.LastIndexOf('/') + 1)..];

    /// <summary>Pieces of noise with holes between them.</summary>
    private static async Task MakeImageAsync(string path)
    {
        await using var file = File.Create(path);
        file.SetLength(Size);
        var random = new Random(3);
        var piece = new byte[300_000];
        for (var i = 0; i < 20; i++)
        {
            random.NextBytes(piece);
            file.Position = random.NextInt64(Size - piece.Length);
            await file.WriteAsync(piece);
        }
    }
}
