using System.Text.Json;
using Lab.Harness.Launch;
using Lab.Harness.Processes;

namespace Lab.Harness.Tests.Launch;

public sealed class TestbedNetworkTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Network_WithASoc_ReachesItsBmcAndItsManagerAlone()
    {
        await using var testbed = new MadeUpTestbed();
        var network = new TestbedNetwork(testbed.Paths);
        await network.CreateAsync([AddressPlan.Node(0), AddressPlan.Node(1)], Token);
        Assert.True(File.Exists(testbed.Paths.NetworkNamespacePath));

        // A process in a network namespace of its own stands for the SoC's first.
        await using var soc = await EmptyNamespace.StartAsync(testbed, Token);
        await network.ConnectSocAsync(0, soc.ProcessId, Token);

        Assert.Equal(["10.20.0.1", "10.20.0.101", "10.20.0.102", "10.20.0.2", "10.20.0.254", "169.254.1.1"],
            (await AddressesAsync(["ip", "-n", testbed.Paths.NetworkNamespace])).Order(StringComparer.Ordinal));
        Assert.Equal(["10.20.0.11", "169.254.1.2"], (await AddressesAsync(["nsenter", "-t", $"{soc.ProcessId}", "-n", "ip"])).Order(StringComparer.Ordinal));
        foreach (var address in new[] { AddressPlan.Manager, AddressPlan.Storage, AddressPlan.Node(0).SidebandBmc })
            await Tool.RunAsync("nsenter", ["-t", $"{soc.ProcessId}", "-n", "ping", "-c", "1", "-W", "10", $"{address}"], Token);
        var fabric = await Tool.RunAsync("nsenter", ["-t", $"{soc.ProcessId}", "-n", "ip", "-o", "link", "show", "p0"], Token);
        Assert.Contains($"mtu {AddressPlan.FabricMtu}", fabric, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_Twice_FailsAndSaysWhy()
    {
        await using var testbed = new MadeUpTestbed();
        var network = new TestbedNetwork(testbed.Paths);
        await network.CreateAsync([], Token);
        var failure = await Assert.ThrowsAsync<LabException>(() => network.CreateAsync([], Token));
        Assert.Contains("File exists", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<List<string>> AddressesAsync(string[] ip)
    {
        using var json = JsonDocument.Parse(await Tool.RunAsync(ip[0], [.. ip[1..], "-j", "-4", "addr", "show"], Token));
        return [.. json.RootElement.EnumerateArray()
            .SelectMany(link => link.GetProperty("addr_info").EnumerateArray())
            .Select(address => address.GetProperty("local").GetString()!)
            .Where(address => address != "127.0.0.1")];
    }
}
