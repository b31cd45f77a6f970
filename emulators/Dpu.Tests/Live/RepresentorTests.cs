using System.Text.Json.Nodes;

namespace Lab.Emulators.Dpu.Tests.Live;

public sealed class RepresentorTests
{
    [Fact]
    public async Task Representor_FromHotplugToUnplug_IsATapThatOutlivesTheFirmware()
    {
        await using var dpu = await LiveDpu.StartAsync();
        var nic = await dpu.Virtnet.ResultAsync("hotplug", new JsonObject { ["mac"] = "02:00:00:00:00:01", ["mtu"] = 1450 });
        var name = (string)nic!["sf_rep_net_device"]!;
        Assert.Equal("en3f0pf0sf1000", name);
        var link = JsonNode.Parse(await dpu.InNamespaceAsync("ip", "-j", "-d", "link", "show", "dev", name))![0]!;
        Assert.Equal(1450, (int)link["mtu"]!);
        Assert.Contains("UP", link["flags"]!.AsArray().Select(f => (string)f!));
        Assert.Equal("tap", (string)link["linkinfo"]!["info_data"]!["type"]!);

        await dpu.KillDpudAsync();
        await dpu.StartDpudAsync();
        Assert.Equal(nic.ToJsonString(), (await dpu.Virtnet.ResultAsync("list"))!["devices"]![0]!.ToJsonString());

        // A network namespace that lost its devices, as a recreated container's.
        await dpu.KillDpudAsync();
        await dpu.InNamespaceAsync("ip", "link", "del", name);
        await dpu.StartDpudAsync();
        await dpu.InNamespaceAsync("ip", "link", "show", "dev", name);

        await dpu.Virtnet.ResultAsync("unplug", new JsonObject { ["vuid"] = (string?)nic["vuid"] });
        Assert.DoesNotContain(name, await dpu.InNamespaceAsync("ip", "-j", "link"), StringComparison.Ordinal);
    }

    /// <summary>What a tenant sends must reach the switch (packet(7)) and not the card's own IP stack, whatever address it aims at.</summary>
    [Fact]
    public async Task Representor_TenantProbesTheCard_HearsNothing()
    {
        await using var dpu = await LiveDpu.StartAsync();
        await dpu.InNamespaceAsync("ip", "addr", "add", "10.99.0.1/24", "dev", "lo");
        // The control: a tap that is no representor answers, so the probe works.
        await dpu.InNamespaceAsync("ip", "tuntap", "add", "control0", "mode", "tap");
        await dpu.InNamespaceAsync("ip", "link", "set", "control0", "up");
        Assert.Equal("switch arp", await ProbeAsync(dpu, "control0"));

        var nic = await dpu.Virtnet.ResultAsync("hotplug", new JsonObject { ["mac"] = "02:00:00:00:00:01", ["mtu"] = 1500 });
        Assert.Equal("switch", await ProbeAsync(dpu, (string)nic!["sf_rep_net_device"]!));
    }

    private static async Task<string> ProbeAsync(LiveDpu dpu, string tap) => (await dpu.InNamespaceAsync(
        "python3", Path.Combine(AppContext.BaseDirectory, "Foreign", "tenant_probe.py"), tap, "10.99.0.1")).Trim();
}
