using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Emulators.Storage.Tests.Support;
using Lab.Protocols.Nbd;

namespace Lab.Emulators.Storage.Tests.Faults;

/// <summary>Faults as a client of the volume meets them.</summary>
public sealed class FaultTests(TargetFixture target) : IClassFixture<TargetFixture>
{
    private const int Block = 4096;
    private const long Size = 1 << 20;
    private readonly Management management = target.Management;

    [Fact]
    public async Task Error_OfARange_HitsItAloneAndSoOftenAsBounded()
    {
        var (volume, client) = await OpenAsync();
        using var _ = client;
        await SetAsync(new JsonObject { ["kind"] = "error", ["volume"] = volume, ["operation"] = "read", ["from"] = Block, ["to"] = 2 * Block, ["count_max"] = 2 });
        Assert.Equal(NbdError.None, Read(client, 0).Error);
        Assert.Equal(NbdError.None, Write(client, Block, 1));
        Assert.Equal(NbdError.Io, Read(client, Block).Error);
        Assert.Equal(NbdError.Io, Read(client, Block).Error);
        Assert.Equal(NbdError.None, Read(client, Block).Error);
    }

    [Fact]
    public async Task Latency_WithItsTail_IsWaitedFor()
    {
        var (volume, client) = await OpenAsync();
        using var _ = client;
        var fault = await SetAsync(new JsonObject
        {
            ["kind"] = "latency", ["volume"] = volume, ["latency_ms"] = 30, ["jitter_ms"] = 5, ["distribution"] = "exponential", ["seed"] = 7,
        });
        var start = Stopwatch.GetTimestamp();
        Assert.Equal(NbdError.None, Read(client, 0).Error);
        Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(29));
        await management.DeleteAsync("faults/" + fault);
        await management.DeleteAsync("faults/" + fault, HttpStatusCode.NotFound);
        Assert.DoesNotContain(
            fault, (await management.GetAsync("faults")).GetProperty("faults").EnumerateArray().Select(one => one.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Bandwidth_OfSoManyBytes_TakesAsLong()
    {
        var (volume, client) = await OpenAsync();
        using var _ = client;
        await SetAsync(new JsonObject { ["kind"] = "bandwidth", ["volume"] = volume, ["bytes_per_second"] = 10 * Block });
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < 3; i++)
            Assert.Equal(NbdError.None, Write(client, 0, 1));
        Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(290));
    }

    [Fact]
    public async Task TornWrite_KeepsTheFirstHalf_AndIsAcknowledged()
    {
        var (volume, client) = await OpenAsync();
        using var _ = client;
        Assert.Equal(NbdError.None, Write(client, 0, 1));
        await SetAsync(new JsonObject { ["kind"] = "torn_write", ["volume"] = volume, ["count_max"] = 1 });
        Assert.Equal(NbdError.None, Write(client, 0, 2));
        var (error, data) = Read(client, 0);
        Assert.Equal(NbdError.None, error);
        Assert.Equal([.. Enumerable.Repeat((byte)2, Block / 2), .. Enumerable.Repeat((byte)1, Block / 2)], data);
        Assert.Equal(NbdError.None, Write(client, 0, 3));
        Assert.All(Read(client, 0).Data, value => Assert.Equal(3, value));
    }

    [Fact]
    public async Task Disconnect_EndsTheConnectionsOfTheVolumeAlone()
    {
        var (volume, client) = await OpenAsync();
        var (_, other) = await OpenAsync();
        using var first = client;
        using var second = other;
        await SetAsync(new JsonObject { ["kind"] = "disconnect", ["volume"] = volume, ["operation"] = "flush", ["count_max"] = 1 });
        Assert.Equal(NbdError.None, Write(client, 0, 1));
        Assert.ThrowsAny<Exception>(() =>
        {
            client.Request(NbdCommand.Flush, 0, 0);
            client.SimpleReply();
        });
        Assert.Equal(NbdError.None, Write(other, 0, 1));
    }

    [Fact]
    public async Task LostFlush_IsAcknowledgedAndReadBack_AndGoneAfterACrash()
    {
        using var directory = new TempDirectory();
        Guid volume;
        using (var first = await TargetProcess.StartAsync(directory.File("pool")))
        {
            volume = await first.Management.CreateVolumeAsync(Size);
            using var client = await ConnectAsync(first.Management, volume);
            Assert.Equal(NbdError.None, Write(client, 0, 1));
            Flush(client);
            await first.Management.PostAsync("faults", new JsonObject { ["kind"] = "lost_flush", ["volume"] = volume });
            Assert.Equal(NbdError.None, Write(client, 0, 2));
            Assert.Equal(NbdError.None, Write(client, Block, 2));
            Flush(client);
            Assert.All(Read(client, 0).Data, value => Assert.Equal(2, value));
            await first.KillAsync();
        }
        using var second = await TargetProcess.StartAsync(directory.File("pool"));
        using var after = await ConnectAsync(second.Management, volume);
        Assert.All(Read(after, 0).Data, value => Assert.Equal(1, value));
        Assert.All(Read(after, Block).Data, value => Assert.Equal(0, value));
    }

    [Fact]
    public async Task LostFlush_Removed_LosesNothing()
    {
        using var directory = new TempDirectory();
        Guid volume;
        using (var first = await TargetProcess.StartAsync(directory.File("pool")))
        {
            volume = await first.Management.CreateVolumeAsync(Size);
            using var client = await ConnectAsync(first.Management, volume);
            await first.Management.PostAsync("faults", new JsonObject { ["kind"] = "lost_flush", ["volume"] = volume });
            Assert.Equal(NbdError.None, Write(client, 0, 2));
            await first.Management.DeleteAsync("faults");
            Flush(client);
            await first.KillAsync();
        }
        using var second = await TargetProcess.StartAsync(directory.File("pool"));
        using var after = await ConnectAsync(second.Management, volume);
        Assert.All(Read(after, 0).Data, value => Assert.Equal(2, value));
    }

    [Fact]
    public async Task File_OfFaults_ActsFromTheStart()
    {
        using var directory = new TempDirectory();
        await File.WriteAllTextAsync(directory.File("faults.json"), """[{"kind":"error","operation":"write","count_max":1}]""");
        using var process = await TargetProcess.StartAsync(directory.File("pool"), "--faults", directory.File("faults.json"));
        using var client = await ConnectAsync(process.Management, await process.Management.CreateVolumeAsync(Size));
        Assert.Equal(NbdError.Io, Write(client, 0, 1));
        Assert.Equal(NbdError.None, Write(client, 0, 1));
    }

    [Fact]
    public async Task File_ThatIsWrong_IsAUsageError()
    {
        using var directory = new TempDirectory();
        await File.WriteAllTextAsync(directory.File("faults.json"), """[{"kind":"error","colour":"red"}]""");
        using var process = TargetProcess.Run(["--pool", directory.File("pool"), "--faults", directory.File("faults.json")]);
        await process.WaitForExitAsync();
        Assert.Equal(2, process.ExitCode);
        Assert.Contains("colour", await process.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"kind":"melt"}""")]
    [InlineData("""{}""")]
    [InlineData("""{"kind":"error","from":5,"to":5}""")]
    [InlineData("""{"kind":"error","from":-1}""")]
    [InlineData("""{"kind":"error","probability":1.5}""")]
    [InlineData("""{"kind":"error","count_max":0}""")]
    [InlineData("""{"kind":"error","seconds":0}""")]
    [InlineData("""{"kind":"latency","latency_ms":-1}""")]
    [InlineData("""{"kind":"bandwidth"}""")]
    [InlineData("""{"kind":"error","bytes_per_second":5}""")]
    [InlineData("""{"kind":"stall"}""")]
    [InlineData("""{"kind":"lost_flush","operation":"read"}""")]
    [InlineData("""{"kind":"corrupted_pdu","operation":"write"}""")]
    [InlineData("""{"kind":"corrupted_pdu","part":"tail"}""")]
    [InlineData("""{"kind":"error","part":"header"}""")]
    [InlineData("""{"kind":"error","silent":true}""")]
    public async Task Rule_ThatCannotBe_IsRefused(string rule)
    {
        using var response = await management.Http.PostAsync("faults", new StringContent(rule, Encoding.UTF8, "application/json"));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.BadRequest, $"{response.StatusCode}: {text}");
        Assert.Equal("invalid", JsonSerializer.Deserialize<JsonElement>(text).GetProperty("error").GetProperty("code").GetString());
    }

    private async Task<(Guid Volume, RawNbdClient Client)> OpenAsync()
    {
        var volume = await management.CreateVolumeAsync(Size);
        return (volume, await ConnectAsync(management, volume));
    }

    private async Task<string> SetAsync(JsonObject rule) => (await management.PostAsync("faults", rule)).GetProperty("id").GetString()!;

    private static async Task<RawNbdClient> ConnectAsync(Management management, Guid volume)
    {
        var url = await management.ExportAsync(volume);
        return await RawNbdClient.OpenAsync(IPEndPoint.Parse(new Uri(url).Authority), url, structured: false);
    }

    private static NbdError Write(RawNbdClient client, long offset, byte value)
    {
        client.Request(NbdCommand.Write, (ulong)offset, Block, data: [.. Enumerable.Repeat(value, Block)]);
        return client.SimpleReply();
    }

    private static (NbdError Error, byte[] Data) Read(RawNbdClient client, long offset)
    {
        client.Request(NbdCommand.Read, (ulong)offset, Block);
        var error = client.SimpleReply();
        return (error, error == NbdError.None ? client.Receive(Block) : []);
    }

    private static void Flush(RawNbdClient client)
    {
        client.Request(NbdCommand.Flush, 0, 0);
        Assert.Equal(NbdError.None, client.SimpleReply());
    }
}
