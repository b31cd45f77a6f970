using Lab.Contracts.Runs;

namespace Lab.Reports.Tests.Qualification;

/// <summary>A nightly run with the scenarios, checks and metrics of a real one, all as they should be, and what a test changes.</summary>
internal sealed class NightlySession
{
    private static readonly string[] Counted = ["functions", "bdevs", "ovs ports", "taps", "vhost sockets", "exports"];
    private static readonly string[] Forbidden = ["manager", "storage target", "bmc", "bmc sideband", "soc", "soc sideband", "tunnel endpoint"];
    private static readonly string[] Spoofed = ["spoofed MAC", "spoofed IPv4", "spoofed ARP sender address", "spoofed ARP sender MAC", "peer's MAC"];
    private static readonly string[] Workloads = ["randread-4k-qd1", "randwrite-4k-qd1", "randread-4k-qd32", "randwrite-4k-qd32", "read-128k-qd32", "write-128k-qd32"];

    /// <summary>Verdict of a scenario where it does not pass; skipped ones are recorded as such.</summary>
    public Dictionary<string, Verdict> Verdicts { get; } = [];

    /// <summary>Scenarios that did not run at all.</summary>
    public HashSet<string> Absent { get; } = [];

    /// <summary>Checks that did not come out as expected.</summary>
    public HashSet<string> Broken { get; } = [];

    /// <summary>Evidence that was lost.</summary>
    public HashSet<string> Lost { get; } = [];

    /// <summary>Factor on the values of a subject's metric.</summary>
    public Dictionary<string, double> Scale { get; } = [];

    /// <summary>How many of a metric's operations fail.</summary>
    public Dictionary<string, int> Failed { get; } = [];

    /// <summary>How many values of a metric are kept.</summary>
    public Dictionary<string, int> Count { get; } = [];

    public Func<RunDescription, RunDescription>? Description { get; init; }

    public bool Unfinished { get; init; }

    /// <returns>The run's directory.</returns>
    public string Write(string runs, int seed = 1)
    {
        using var run = new SyntheticRun(runs, seed, Description);
        var random = new Random(seed);
        void Series(string metric, string unit, Better better, IReadOnlyDictionary<string, string> dimensions, int count, double subject, double? baseline)
        {
            count = Count.GetValueOrDefault(metric, count);
            var failed = Failed.GetValueOrDefault(metric);
            double[] Around(double typical, int n) => [.. Enumerable.Range(0, n).Select(_ => typical * (0.95 + 0.1 * random.NextDouble()))];
            run.Values(metric, unit, better, SampleRole.Subject, dimensions, Around(subject * Scale.GetValueOrDefault(metric, 1), Math.Max(0, count - failed)));
            var at = run.Writer.Info.StartedAt;
            for (var i = 0; i < failed; i++)
            {
                run.Writer.Add(new Sample
                {
                    Metric = metric, Unit = unit, Better = better, Dimensions = dimensions, Value = 0, Outcome = SampleOutcome.Failed, T = at,
                });
            }
            if (baseline is { } typical)
                run.Values(metric, unit, better, SampleRole.Baseline, dimensions, Around(typical, count));
        }
        IReadOnlyDictionary<string, string> none = SyntheticRun.Map();

        Series(MetricNames.BootTotal, Units.Second, Better.Lower, none, 5, 12, 12);
        Scenario(run, "boot", "boot-from-cloud-volume");
        Series(MetricNames.CloneDuration, Units.Second, Better.Lower, none, 10, 0.04, 0.04);
        Scenario(run, "boot", "clone-of-large-volume");
        foreach (var device in new[] { "disk", "nic" })
        {
            var dimensions = SyntheticRun.Map((MetricNames.Dimensions.Device, device));
            Series(MetricNames.HotPlugSeen, Units.Second, Better.Lower, dimensions, 40, 0.13, 0.08);
            Series(MetricNames.HotPlugFirstIo, Units.Second, Better.Lower, dimensions, 40, 0.2, 0.15);
            Series(MetricNames.HotPlugRemoved, Units.Second, Better.Lower, dimensions, 40, 0.05, 0.03);
            Scenario(run, "hotplug", $"hot-plug-{device}", [.. Counted.Select(what => Expect($"{what} after 80 cycles", null, null, "2", "3"))]);
        }
        foreach (var workload in Workloads)
        {
            var dimensions = SyntheticRun.Map((MetricNames.Dimensions.Workload, workload));
            Series(MetricNames.DiskIops, Units.OperationPerSecond, Better.Higher, dimensions, 1, 1500, 1900);
            Series(MetricNames.DiskBandwidth, Units.BytePerSecond, Better.Higher, dimensions, 1, 300e6, 350e6);
            Series(MetricNames.DiskLatency, Units.Second, Better.Lower, dimensions, 1, 0.0006, 0.0005);
            Series(MetricNames.CpuUsed, Units.Core, Better.Lower, SyntheticRun.Map((MetricNames.Dimensions.Of, MetricNames.Dimensions.OfSoc), (MetricNames.Dimensions.Workload, workload)), 1, 0.25, null);
        }
        Scenario(run, "throughput", "disk-throughput");
        Series(MetricNames.NetRoundTrip, Units.Millisecond, Better.Lower, none, 100, 3, 2);
        Series(MetricNames.NetBandwidth, Units.BitPerSecond, Better.Higher, SyntheticRun.Map((MetricNames.Dimensions.Workload, "tcp")), 1, 190e6, 200e6);
        Scenario(run, "throughput", "network-throughput");

        Scenario(run, "isolation", "spoofed-frames",
        [
            Expect("true UDP heard by the peer", "host", "peer", "5 frames", "0 frames", "captures/true-udp.pcap", control: true),
            Expect("true ARP on the uplink", "host", "fabric", "5 frames", "0 frames", "captures/true-arp.pcap", control: true),
            .. Spoofed.SelectMany(name => new[]
            {
                Expect($"{name} heard by the peer", "host", "peer", "0 frames", "5 frames", $"captures/{name.Replace(' ', '-')}.pcap"),
                Expect($"{name} on the uplink", "host", "fabric", "0 frames", "5 frames", $"captures/{name.Replace(' ', '-')}.pcap"),
            }),
        ]);
        Scenario(run, "isolation", "tenants-same-subnet",
        [
            Expect("frames of one tenant heard", "red", "red", "heard", "nothing", "captures/one-tenant.pcap", control: true),
            Expect("frames of two tenants heard", "red", "blue", "nothing", "heard", "captures/two-tenants.pcap"),
            Expect("gratuitous ARP of the same address heard", "red", "blue", "nothing", "heard", "captures/gratuitous-arp.pcap"),
        ]);
        Scenario(run, "isolation", "host-reaches-nothing",
        [
            Expect("ping from host to peer", "host", "peer", "answered", "blocked", control: true),
            .. Forbidden.Select(what => Expect($"ping from host to {what}", "host", what, "blocked", "answered")),
            Expect("frames of the host on the management network", "host", "management network", "0 frames", "3 frames", "captures/host-to-management.pcap"),
        ]);
        Scenario(run, "isolation", "deleted-volume",
        [
            Expect("red tenant's bytes on the disk of the red tenant", "red", "volume", "readable", "absent", control: true),
            Expect("red tenant's bytes on the disk of the next tenant", "blue", "volume", "absent", "readable"),
        ]);
        if (!Unfinished)
            run.Complete();
        return run.Directory;
    }

    private Check Expect(string name, string? from, string? to, string expected, string otherwise, string? evidence = null, bool control = false) => new()
    {
        Name = name, From = from, To = to, Expected = expected, Observed = Broken.Contains(name) ? otherwise : expected,
        Passed = !Broken.Contains(name), Control = control, Evidence = evidence,
    };

    private void Scenario(SyntheticRun run, string suite, string name, params Check[] checks)
    {
        if (Absent.Contains(name))
            return;
        var verdict = Verdicts.GetValueOrDefault(name, checks.Any(check => !check.Passed) ? Verdict.Fail : Verdict.Pass);
        // What fails or breaks down by itself does so before it looks.
        if (Verdicts.ContainsKey(name))
            checks = [];
        foreach (var file in checks.Select(check => check.Evidence).OfType<string>().Where(file => !Lost.Contains(file)).Distinct())
            File.WriteAllText(Path.Combine(run.Directory, file), $"frames of {name}");
        run.Writer.Add(new ScenarioResult
        {
            Suite = suite, Scenario = name, Verdict = verdict, Reason = verdict == Verdict.Pass ? null : $"{name} told <why>", Duration = 12,
            Evidence = [.. checks.Select(check => check.Evidence).OfType<string>().Distinct()], Checks = checks,
        });
        File.WriteAllText(Path.Combine(run.Writer.LogsDirectory, "scenarios.log"), "what happened");
    }
}
