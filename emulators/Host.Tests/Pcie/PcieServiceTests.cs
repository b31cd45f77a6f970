using System.Text.Json.Nodes;
using Lab.Emulators.Host.Tests.Testbed;
using Lab.Protocols.JsonRpc;

namespace Lab.Emulators.Host.Tests.Pcie;

/// <summary>The service on a host that is off. Every test leaves the host without functions.</summary>
public sealed class PcieServiceTests(PcieServiceTests.Fixture fixture) : IClassFixture<PcieServiceTests.Fixture>, IAsyncDisposable
{
    private readonly HostTestbed bed = fixture.Bed;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (bed.WithDomain(domain => domain.IsActive))
            bed.PowerOff();
        foreach (var function in await bed.ListAsync(Token))
            await bed.UnplugAsync(function.GetProperty("id").GetString()!, Token);
    }

    [Fact]
    public async Task Plug_SameIdAgain_AnswersTheSameSlotAndOtherParametersAreRefused()
    {
        var first = await bed.PlugDiskAsync("a", Token);
        var again = await bed.PlugDiskAsync("a", Token);
        Assert.Equal(first.GetRawText(), again.GetRawText());
        var refused = await Assert.ThrowsAsync<JsonRpcException>(() => bed.CallAsync(
            "pcie_plug", new JsonObject { ["id"] = "a", ["type"] = "virtio-blk", ["socket"] = "other", ["num_queues"] = 1 }, Token));
        Assert.Equal(-17, refused.Code);
        Assert.Single(await bed.ListAsync(Token));
    }

    [Fact]
    public async Task Plug_ManyAtOnce_TakesTheLowestFreeSlotsUntilNoneIsLeft()
    {
        await Task.WhenAll(Enumerable.Range(0, 15).Select(i => bed.PlugDiskAsync($"d{i}", Token)));
        await bed.PlugNicAsync("nic", "tap0", Token);
        Assert.Equal(Enumerable.Range(0, 16), (await bed.ListAsync(Token)).Select(f => f.GetProperty("slot").GetInt32()));
        Assert.Equal(-28, (await Assert.ThrowsAsync<JsonRpcException>(() => bed.PlugDiskAsync("late", Token))).Code);

        await bed.UnplugAsync("d3", Token);
        Assert.Equal(-19, (await Assert.ThrowsAsync<JsonRpcException>(() => bed.UnplugAsync("d3", Token))).Code);
        var freed = Enumerable.Range(0, 16).Except((await bed.ListAsync(Token)).Select(f => f.GetProperty("slot").GetInt32())).Single();
        Assert.Equal(freed, (await bed.PlugDiskAsync("late", Token)).GetProperty("slot").GetInt32());
    }

    [Theory]
    [InlineData("""{"id":"a","type":"virtio-blk"}""", -22)]
    [InlineData("""{"id":"a","type":"virtio-blk","socket":"../x"}""", -22)]
    [InlineData("""{"id":"a b","type":"virtio-blk","socket":"x"}""", -22)]
    [InlineData("""{"id":"a","type":"virtio-blk","socket":"x","num_queues":0}""", -22)]
    [InlineData("""{"id":"a","type":"virtio-blk","socket":"x","mtu":1500}""", -22)]
    [InlineData("""{"id":"a","type":"virtio-net","mac":"01:00:00:00:00:01","tap":"t"}""", -22)]
    [InlineData("""{"id":"a","type":"virtio-net","mac":"02:00:00:00:00:01","tap":"a/b"}""", -22)]
    [InlineData("""{"id":"a","type":"virtio-net","mac":"02:00:00:00:00:01","tap":"t","mtu":1}""", -22)]
    [InlineData("""{"id":"a","type":"nvme"}""", -22)]
    [InlineData("""{"id":"a","type":"virtio-blk","socket":"x","speed":1}""", -32602)]
    [InlineData("""{"type":"virtio-blk","socket":"x"}""", -32602)]
    [InlineData("""{"id":7,"type":"virtio-blk","socket":"x"}""", -32602)]
    public async Task Plug_BadParameters_AreRefusedAndChangeNothing(string parameters, int code)
    {
        var refused = await Assert.ThrowsAsync<JsonRpcException>(
            () => bed.CallAsync("pcie_plug", JsonNode.Parse(parameters)!.AsObject(), Token));
        Assert.Equal(code, refused.Code);
        Assert.Empty(await bed.ListAsync(Token));
    }

    [Fact]
    public async Task Plug_BackEndMissingWhileTheHostRuns_IsRefusedAndLeavesNothing()
    {
        bed.PowerOn();
        Assert.Equal(-5, (await Assert.ThrowsAsync<JsonRpcException>(() => bed.PlugDiskAsync("absent", Token))).Code);
        Assert.Empty(await bed.ListAsync(Token));
    }

    [Fact]
    public async Task Unplug_WhileNoGuestAnswers_TimesOutAndKeepsTheFunction()
    {
        await bed.AddDiskAsync("data", null, Token);
        await bed.PlugDiskAsync("data", Token);
        bed.PowerOn();
        var refused = await Assert.ThrowsAsync<JsonRpcException>(() => bed.UnplugAsync("data", Token));
        Assert.Equal(-110, refused.Code);
        var function = Assert.Single(await bed.ListAsync(Token));
        Assert.Equal("unplugging", function.GetProperty("state").GetString());

        bed.PowerOff();
        Assert.Equal("cold", (await bed.UnplugAsync("data", Token)).GetProperty("mechanism").GetString());
        Assert.Empty(await bed.ListAsync(Token));
    }

    [Fact]
    public async Task Emulator_Terminated_EndsCleanly()
    {
        Assert.Equal(0, await bed.Emulator.TerminateAsync(Token));
        Assert.False(File.Exists(bed.PcieSocket));
        await bed.StartEmulatorAsync(Token);
    }

    public sealed class Fixture : IAsyncLifetime
    {
        public HostTestbed Bed { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Bed = await HostTestbed.StartAsync(Token);

        public ValueTask DisposeAsync() => Bed.DisposeAsync();
    }
}
