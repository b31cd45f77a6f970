using System.Globalization;
using Lab.Emulators.Bmc.Tests.Ipmi.Testbed;
using Lab.Emulators.Host.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Ipmi;

/// <summary>What is on the wire, read by Wireshark's dissectors and by FreeIPMI's ping programs.</summary>
public sealed class WireTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(3)]
    [InlineData(17)]
    public async Task Session_Dissected_HasNothingMalformed(int suite)
    {
        await using var bmc = new IpmiBmc();
        using var directory = new TestDirectory();
        var (port, file) = (bmc.Address.Port.ToString(CultureInfo.InvariantCulture), directory["capture"]);
        await using (var capture = RunningProcess.Start(
            ["dumpcap", "-q", "-P", "-i", "lo", "-f", "udp port " + port, "-w", file, "-a", "duration:60"]))
        {
            // Packets come into the file late and in order: a ping that is in it says that all before it are.
            using var client = new LanClient(bmc.Address);
            await CapturedAsync(client, file, tag: 0x01);
            await Ipmitool.RunAsync(bmc.Address, suite, "chassis", "status");
            await CapturedAsync(client, file, tag: 0x77);
            await capture.TerminateAsync(Token);
        }
        var seen = await RunningProcess.RunAsync(["tshark", "-r", file, "-d", $"udp.port=={port},rmcp", "-V"], Token);
        foreach (var message in new[] { "RMCP+ Open Session Request", "RMCP+ Open Session Response", "RAKP Message 1", "RAKP Message 2", "RAKP Message 3", "RAKP Message 4", "IPMI Message" })
            Assert.Contains("Payload type: " + message, seen, StringComparison.Ordinal);
        Assert.Contains("Presence Pong", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("Malformed", seen, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Expert Info", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("[incorrect", seen, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Ping_OfRmcpAndIpmi_IsAnswered()
    {
        // Like ipmiconsole, they know no other port than 623.
        var own = new System.Net.IPEndPoint(
            new System.Net.IPAddress([127, 78, (byte)Environment.ProcessId, (byte)(Environment.ProcessId >> 8)]), Protocols.Ipmi.Lan.Rmcp.Port);
        await using var bmc = new IpmiBmc(listen: own);
        var host = own.Address.ToString();
        Assert.Contains("pong received from " + host, await RunningProcess.RunAsync(["/usr/sbin/rmcpping", "-c", "1", host], Token), StringComparison.Ordinal);
        Assert.Contains("response received from " + host, await RunningProcess.RunAsync(["/usr/sbin/ipmiping", "-c", "1", host], Token), StringComparison.Ordinal);
    }

    private static Task CapturedAsync(LanClient client, string file, byte tag)
    {
        var ping = Protocols.Ipmi.Lan.AsfPresence.WritePing(tag);
        return Eventually.HoldsAsync("the ping is captured", Limit, async () =>
        {
            await client.SendAsync(ping);
            return File.Exists(file) && (await File.ReadAllBytesAsync(file, Token)).AsSpan().IndexOf(ping) >= 0;
        }, Token);
    }
}
