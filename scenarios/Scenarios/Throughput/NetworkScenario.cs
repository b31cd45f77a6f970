using System.Globalization;
using System.Text.RegularExpressions;
using Lab.Contracts.Runs;
using Lab.Harness;
using Lab.Harness.Consoles;
using Lab.Harness.Measuring;
using Lab.Scenarios.Fixtures;

namespace Lab.Scenarios.Throughput;

/// <summary>
/// Round trips and TCP throughput between hosts behind different DPUs, through VXLAN. Baseline: two hosts of the same shape with taps on a
/// plain bridge.
/// </summary>
public sealed partial class NetworkScenario(LabFixture lab) : Scenario(lab)
{
    private const string Cidr = "192.168.20.0/24";
    private const string AddressA = "192.168.20.11";
    private const string AddressB = "192.168.20.12";

    [Fact, Trait("suite", "smoke")]
    public Task Ping_BetweenHosts_Answered() => RunAsync("ping-between-hosts", "throughput", async () =>
    {
        await using (var pair = await MachinePair.OfOneTenantAsync(Lab, "ping", Cidr, AddressA, AddressB, Token))
            AddRoundTrips(await PingAsync(pair.A.Shell, AddressB, 20), SampleRole.Subject);
        await using var plain = await BaselinePair.BootAsync(Lab.Baseline, AddressA, AddressB, Token);
        AddRoundTrips(await PingAsync(plain.A.Shell, AddressB, 20), SampleRole.Baseline);
    });

    [Fact, Trait("suite", "nightly")]
    public Task Network_Iperf_MeasuredBesidePlainBridge() => RunAsync("network-throughput", "throughput", async () =>
    {
        await using var pair = await MachinePair.OfOneTenantAsync(Lab, "iperf", Cidr, AddressA, AddressB, Token);
        AddRoundTrips(await PingAsync(pair.A.Shell, AddressB, 100), SampleRole.Subject);
        var bandwidth = new MetricRecorder(
            Record, Lab.Clock, MetricNames.NetBandwidth, Units.BitPerSecond, Better.Higher, new Dictionary<string, string> { [MetricNames.Dimensions.Workload] = "tcp" });
        await pair.B.Shell.RunAsync("iperf3 -s -D", Token);
        var (measured, uses) = await ResourceMeter.OfNode(Testbed, pair.A.Node).MeasureAsync(() => IperfAsync(pair.A.Shell, AddressB), Token);
        bandwidth.Subject(measured);
        await pair.DisposeAsync();

        await using var plain = await BaselinePair.BootAsync(Lab.Baseline, AddressA, AddressB, Token);
        AddRoundTrips(await PingAsync(plain.A.Shell, AddressB, 100), SampleRole.Baseline);
        await plain.B.Shell.RunAsync("iperf3 -s -D", Token);
        var (plainly, plainUses) = await ResourceMeter.OfHost(Lab.Clock, Lab.Baseline.ProcessIdOf(plain.A))
            .MeasureAsync(() => IperfAsync(plain.A.Shell, AddressB), Token);
        bandwidth.Baseline(plainly);
        ResourceSamples.Add(Record, Lab.Clock, "tcp", uses, plainUses);
    });

    private static async Task<IReadOnlyList<double>> PingAsync(GuestShell guest, string address, int count)
    {
        // The first answer waits for ARP on both sides, so it is asked for apart.
        await guest.RunAsync($"ping -c 1 -w 10 {address} >/dev/null", Token);
        var output = await guest.RunAsync($"ping -c {count} -i 0.05 -w 30 {address}", Token, TimeSpan.FromSeconds(60));
        var times = RoundTrip().Matches(output).Select(m => double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)).ToList();
        return times.Count == count ? times : throw new ScenarioFailedException($"{times.Count} of {count} pings were answered");
    }

    private static async Task<double> IperfAsync(GuestShell guest, string address)
    {
        var output = await guest.RunAsync(
            $"iperf3 -c {address} -t {Parameters.IperfSeconds} -O 1 -J > /tmp/iperf; sed -n '/\"sum_received\"/,/}}/p' /tmp/iperf", Token,
            TimeSpan.FromSeconds(Parameters.IperfSeconds + 30));
        var bits = BitsPerSecond().Match(output);
        return bits.Success ? double.Parse(bits.Groups[1].Value, CultureInfo.InvariantCulture) : throw new LabException("iperf3 told no result: " + output);
    }

    private void AddRoundTrips(IReadOnlyList<double> milliseconds, SampleRole role)
    {
        var metric = new MetricRecorder(Record, Lab.Clock, MetricNames.NetRoundTrip, Units.Millisecond, Better.Lower);
        foreach (var time in milliseconds)
            if (role == SampleRole.Subject)
                metric.Subject(time);
            else
                metric.Baseline(time);
    }

    [GeneratedRegex(@"time=([0-9.]+) ms")]
    private static partial Regex RoundTrip();

    [GeneratedRegex(@"""bits_per_second"":\s*([0-9.e+]+)")]
    private static partial Regex BitsPerSecond();
}
