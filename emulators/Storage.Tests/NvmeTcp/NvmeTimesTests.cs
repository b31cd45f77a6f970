using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Emulators.Storage.Tests.Support;
using Lab.Protocols.NvmeTcp;

namespace Lab.Emulators.Storage.Tests.NvmeTcp;

/// <summary>How long commands take here, of the first of a queue and each that follows it by 61.</summary>
public sealed class NvmeTimesTests(TargetFixture target) : IClassFixture<TargetFixture>
{
    private const int Block = 4096;
    private const int Sampling = 61;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Commands_OneInSixtyOne_AreTimed(bool isWrite)
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        for (var i = 0; i < (2 * Sampling) + 1; i++)
            Do(disk, isWrite);
        var times = await TimesAsync(disk, 3);
        Assert.Equal(Sampling, times.GetProperty("sampling").GetInt32());
        Assert.Equal(3, Count(times, "target"));
        Assert.Equal(3, Count(times, "store"));
        Assert.InRange(Sum(times, "store"), 1, Sum(times, "target"));
    }

    [Fact]
    public async Task Store_ThatIsSlow_IsTheStoresShare_AlsoWhereACommandWaitsAside()
    {
        using var disk = await NvmeDisk.OpenAsync(target);
        var fault = await target.Management.PostAsync("faults", new JsonObject { ["kind"] = "latency", ["volume"] = disk.Volume, ["latency_ms"] = 50 });
        Do(disk, isWrite: false);
        var times = await TimesAsync(disk, 1);
        await target.Management.DeleteAsync($"faults/{fault.GetProperty("id").GetString()}");
        Assert.Equal(1, Count(times, "target"));
        Assert.InRange(Sum(times, "store"), 49e6, Sum(times, "target"));
    }

    [Fact]
    public async Task Times_OfNoVolume_AreNotFound()
    {
        using var answer = await target.Management.Http.GetAsync($"volumes/{Guid.NewGuid()}/times");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static void Do(NvmeDisk disk, bool isWrite)
    {
        if (isWrite)
            Assert.Equal(StatusCode.Success, disk.Io.Execute(disk.Io.Io(Opcode.Write, 0, Block / 512, Block), new byte[Block]).Status);
        else
            Assert.Equal(Block, disk.Io.ExecuteWithData(disk.Io.Io(Opcode.Read, 0, Block / 512, Block), Block).Length);
    }

    /// <summary>The last command is counted soon after its answer.</summary>
    private async Task<JsonElement> TimesAsync(NvmeDisk disk, int count)
    {
        JsonElement times = default;
        await Eventually.TrueAsync("the last sample is counted", async () =>
            Count(times = await target.Management.GetAsync($"volumes/{disk.Volume}/times"), "target") >= count);
        return times;
    }

    private static long Count(JsonElement times, string part) => times.GetProperty(part).GetProperty("count").GetInt64();

    private static double Sum(JsonElement times, string part) => times.GetProperty(part).GetProperty("sum_ns").GetDouble();
}
