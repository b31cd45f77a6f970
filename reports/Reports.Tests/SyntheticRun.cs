using Lab.Contracts.Runs;
using Lab.Contracts.Telemetry;

namespace Lab.Reports.Tests;

/// <summary>Run directories as the harness would write them, from a fixed seed.</summary>
internal sealed class SyntheticRun : IDisposable
{
    private readonly RunWriter _writer;
    private readonly ManualTime _time;
    private readonly Random _random;

    public SyntheticRun(string runs, int seed = 1, Func<RunDescription, RunDescription>? change = null, DateTimeOffset? start = null)
    {
        _random = new Random(seed);
        _time = new ManualTime();
        _time.Now = start ?? _time.Now;
        _writer = RunWriter.Create(runs, change?.Invoke(Description) ?? Description, _time);
    }

    /// <summary>When every such run starts.</summary>
    public static DateTimeOffset Start { get; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static RunDescription Description { get; } = new()
    {
        Suite = "nightly",
        SuiteVersion = "3",
        Parameters = Map(("boots", "5"), ("hotplug.cycles", "20")),
        Testbed = new TestbedInfo
        {
            Name = "emulated-2x",
            Shape = Map(("nodes", "2"), ("nodes.kind", "emulated"), ("host.vcpus", "1"), ("storage.protocol", "nbd")),
        },
        Environment = new EnvironmentInfo
        {
            Machine = "rack1", CpuModel = "Intel Xeon 2.80GHz", Cores = 2, Memory = 24L << 30,
            OperatingSystem = "Debian GNU/Linux 12 (bookworm)", Kernel = "6.1.0-30-cloud-amd64", Accel = "tcg", DotNet = "10.0.4",
            Packages = Map(("qemu-system-x86", "1:7.2+dfsg-7+deb12u13"), ("ovmf", "2022.11-6"), ("openvswitch-switch", "3.1.0-2")),
        },
        SystemUnderTest = new SystemUnderTest { Commit = "0123456789abcdef0123456789abcdef01234567", Dirty = true },
        Images = Map(("probe", "sha256:" + new string('a', 64)), ("soc", "sha256:" + new string('b', 64))),
    };

    public string Directory => _writer.Directory;

    public RunWriter Writer => _writer;

    public static IReadOnlyDictionary<string, string> Map(params (string Name, string Value)[] entries) =>
        entries.ToDictionary(entry => entry.Name, entry => entry.Value);

    public SyntheticRun Values(
        string metric, string unit, Better better, SampleRole role, IReadOnlyDictionary<string, string> dimensions, params double[] values)
    {
        foreach (var value in values)
        {
            _time.Now += TimeSpan.FromSeconds(1);
            _writer.Add(new Sample { Metric = metric, Unit = unit, Better = better, Role = role, Dimensions = dimensions, Value = value, T = _time.Now });
        }

        return this;
    }

    /// <summary>An operation that was given up after <paramref name="value"/>.</summary>
    public SyntheticRun Failed(string metric, string unit, Better better, double value)
    {
        _time.Now += TimeSpan.FromSeconds(1);
        _writer.Add(new Sample { Metric = metric, Unit = unit, Better = better, Outcome = SampleOutcome.Failed, Value = value, T = _time.Now });
        return this;
    }

    public SyntheticRun Noisy(
        string metric, string unit, Better better, IReadOnlyDictionary<string, string> dimensions, int count, double subject, double? baseline)
    {
        Values(metric, unit, better, SampleRole.Subject, dimensions, Around(subject, count));
        return baseline is { } typical ? Values(metric, unit, better, SampleRole.Baseline, dimensions, Around(typical, count)) : this;
    }

    public SyntheticRun Boot(SampleRole role, string? node, params (string Phase, double Duration)[] phases)
    {
        var trace = Hex(32);
        var at = _time.Now;
        foreach (var (phase, duration) in phases)
        {
            _writer.Add(new SpanEvent
            {
                TraceId = trace, SpanId = Hex(16), Name = phase, Operation = MetricNames.Operations.Boot, Role = role,
                Start = at, Duration = duration, Node = node,
            });
            at += TimeSpan.FromSeconds(duration);
        }

        _time.Now = at;
        return this;
    }

    public SyntheticRun Result(string suite, string scenario, Verdict verdict, string? reason = null, params Check[] checks)
    {
        _writer.Add(new ScenarioResult
        {
            Suite = suite, Scenario = scenario, Verdict = verdict, Reason = reason, Duration = 1 + 20 * _random.NextDouble(),
            Evidence = verdict == Verdict.Skip ? [] : [$"logs/{scenario}.log"], Checks = checks,
        });
        return this;
    }

    public SyntheticRun Complete()
    {
        _time.Now += TimeSpan.FromSeconds(72);
        _writer.Complete();
        return this;
    }

    /// <summary>Everything a nightly run has.</summary>
    public SyntheticRun Nightly()
    {
        for (var i = 0; i < 6; i++)
        {
            Boot(SampleRole.Subject, i % 2 == 0 ? "bm0" : "bm1",
                (OperationActivities.Api, Around(0.04)), (OperationActivities.Schedule, Around(0.02)), (OperationActivities.Clone, Around(0.06)),
                (OperationActivities.Connect, Around(0.12)), (OperationActivities.Present, Around(0.3)), (OperationActivities.Power, Around(0.45)),
                (OperationActivities.Firmware, Around(2.3)), (OperationActivities.Bootloader, Around(0.7)),
                (OperationActivities.Kernel, Around(2.1)), (OperationActivities.Ready, Around(0.4)));
            Boot(SampleRole.Baseline, null,
                (OperationActivities.Power, Around(0.4)), (OperationActivities.Firmware, Around(2.2)),
                (OperationActivities.Bootloader, Around(0.6)), (OperationActivities.Kernel, Around(2.0)), (OperationActivities.Ready, Around(0.4)));
        }

        Noisy(MetricNames.BootTotal, Units.Second, Better.Lower, Map(), 6, 6.5, 5.6);
        Noisy(MetricNames.CloneDuration, Units.Second, Better.Lower, Map(), 10, 0.0042, 0.0040);
        foreach (var (device, scale) in new[] { ("disk", 1.0), ("nic", 0.8) })
        {
            var dimensions = Map((MetricNames.Dimensions.Device, device));
            Noisy(MetricNames.HotPlugSeen, Units.Second, Better.Lower, dimensions, 20, 0.55 * scale, 0.25 * scale);
            Noisy(MetricNames.HotPlugFirstIo, Units.Second, Better.Lower, dimensions, 20, 0.62 * scale, 0.3 * scale);
            Noisy(MetricNames.HotPlugRemoved, Units.Second, Better.Lower, dimensions, 20, 0.31 * scale, 0.18 * scale);
        }

        foreach (var (workload, iops) in new[]
                 {
                     ("randread-4k-qd1", 900.0), ("randread-4k-qd32", 3100), ("randwrite-4k-qd1", 800), ("randwrite-4k-qd32", 2700),
                 })
        {
            Throughput(MetricNames.DiskIops, Units.OperationPerSecond, workload, iops, iops * 1.4);
        }

        Throughput(MetricNames.DiskBandwidth, Units.BytePerSecond, "read-128k", 95e6, 180e6);
        Throughput(MetricNames.DiskBandwidth, Units.BytePerSecond, "write-128k", 80e6, 150e6);
        Throughput(MetricNames.NetBandwidth, Units.BitPerSecond, "tcp", 160e6, 240e6);
        Noisy(MetricNames.NetRoundTrip, Units.Millisecond, Better.Lower, Map((MetricNames.Dimensions.Workload, "ping")), 30, 4.2, 2.6);

        Breakdown("randread-4k-qd1", 1);
        Breakdown("randread-4k-qd32", 11);

        Result("boot", "Boot.FromClonedVolume", Verdict.Pass);
        Result("hotplug", "HotPlug.DiskTwentyTimes", Verdict.Fail,
            "2 functions are left after 20 cycles\n<script>alert('x')</script>\n" + string.Join('\n', Enumerable.Range(0, 12).Select(i => $"  at step {i}")));
        Result("hotplug", "HotPlug.NicTwentyTimes", Verdict.Error, "the host's console closed: qemu ended with signal 9");
        Result("throughput", "Throughput.Disk", Verdict.Pass);
        Result("resilience", "Resilience.ManagerKilled", Verdict.Skip, "not part of this testbed");
        Result("isolation", "Isolation.Tenants", Verdict.Pass, null,
            new Check { Name = "ping", From = "tenant a", To = "tenant b", Expected = "blocked", Observed = "blocked", Passed = true, Evidence = "captures/a b.pcap" },
            new Check { Name = "arp", From = "tenant a", To = "tenant b", Expected = "blocked", Observed = "blocked", Passed = true },
            new Check { Name = "ping", From = "tenant a", To = "tenant a", Expected = "reachable", Observed = "reachable", Passed = true, Control = true },
            new Check { Name = "tcp 8443", From = "tenant a", To = "manager", Expected = "blocked", Observed = "reachable", Passed = false },
            new Check { Name = "tcp 443", From = "tenant b", To = "bmc", Expected = "blocked", Observed = "blocked", Passed = true });
        return Complete();
    }

    public void Dispose() => _writer.Dispose();

    private void Throughput(string metric, string unit, string workload, double subject, double baseline)
    {
        var beside = Map((MetricNames.Dimensions.Workload, workload));
        Noisy(metric, unit, Better.Higher, beside, 5, subject, baseline);
        foreach (var (of, cores) in new[] { (MetricNames.Dimensions.OfSoc, 0.7), (MetricNames.Dimensions.OfHost, 0.95), (MetricNames.Dimensions.OfTarget, 0.2) })
        {
            Noisy(MetricNames.CpuUsed, Units.Core, Better.None,
                Map((MetricNames.Dimensions.Workload, workload), (MetricNames.Dimensions.Of, of)), 3, cores, of == MetricNames.Dimensions.OfHost ? 1.0 : null);
        }
    }

    /// <summary>Where the microseconds of a read go, the waits for others <paramref name="crowd"/> times as long as alone.</summary>
    public SyntheticRun Breakdown(string workload, double crowd)
    {
        foreach (var (stage, mean, isKnown) in new[]
                 {
                     (MetricNames.Stages.Guest, 41.0, false), (MetricNames.Stages.GuestQueue, 0.8 * crowd, true), (MetricNames.Stages.Vhost, 1.6, true),
                     (MetricNames.Stages.Qos, 0.1, true), (MetricNames.Stages.Queue, 0.4 * crowd, true), (MetricNames.Stages.Send, 9.7, true),
                     (MetricNames.Stages.Wire, 22 * crowd, false), (MetricNames.Stages.Target, 5.2, false), (MetricNames.Stages.Store, 3.1, true),
                     (MetricNames.Stages.Complete, 4.4, true),
                 })
        {
            Stage(MetricNames.DiskStage, workload, stage, mean);
            if (isKnown)
                Spread(workload, stage, mean);
        }

        Spread(workload, MetricNames.Stages.Remote, (22 * crowd) + 8.3);
        Spread(workload, MetricNames.Stages.Served, 8.3);
        return this;
    }

    private void Spread(string workload, string stage, double mean)
    {
        Stage(MetricNames.DiskStageMedian, workload, stage, mean * 0.9);
        Stage(MetricNames.DiskStageP99, workload, stage, mean * 4);
    }

    private void Stage(string metric, string workload, string stage, double microseconds) => Values(
        metric, Units.Second, Better.None, SampleRole.Subject,
        Map((MetricNames.Dimensions.Workload, workload), (MetricNames.Dimensions.Stage, stage)), microseconds / 1e6);

    private double[] Around(double typical, int count) => [.. Enumerable.Range(0, count).Select(_ => Around(typical))];

    private double Around(double typical) => typical * (0.93 + 0.14 * _random.NextDouble());

    private string Hex(int digits) => string.Concat(Enumerable.Range(0, digits).Select(_ => "0123456789abcdef"[_random.Next(16)]));

    private sealed class ManualTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = Start;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
