using System.Text.Json;
using Lab.Harness.Launch;

namespace Lab.Scenarios.HotPlug;

/// <summary>How many there are of what a hot-plug makes: on the DPU, in its network namespace, and at the storage target.</summary>
public sealed record LeakCount(IReadOnlyDictionary<string, int> Counts)
{
    public static async Task<LeakCount> ReadAsync(RunningTestbed testbed, string node, CancellationToken token)
    {
        var soc = testbed.Soc(node);
        var files = testbed.Paths.Node(node);
        var functions = await soc.CallDpuAsync("emulation_function_list", """{"all":true}""", token);
        var bdevs = await soc.CallDpuAsync("bdev_get_bdevs", null, token);
        var ports = await soc.RunAsync(["ovs-vsctl", "--format=json", "--columns=name", "find", "Interface", "external_ids:iface-id!=\"\""], token);
        var links = await soc.RunAsync(["ip", "-json", "link", "show", "type", "tun"], token);
        return new LeakCount(new Dictionary<string, int>
        {
            ["functions"] = functions.GetArrayLength(),
            ["bdevs"] = bdevs.GetArrayLength(),
            ["ovs ports"] = JsonDocument.Parse(ports).RootElement.GetProperty("data").GetArrayLength(),
            ["taps"] = JsonDocument.Parse(links.Length == 0 ? "[]" : links).RootElement.GetArrayLength(),
            ["vhost sockets"] = Directory.EnumerateFiles(files.VhostDirectory, "*.sock").Count(),
            ["exports"] = (await testbed.Storage.GetAsync("exports", token)).GetProperty("exports").GetArrayLength(),
        });
    }
}
