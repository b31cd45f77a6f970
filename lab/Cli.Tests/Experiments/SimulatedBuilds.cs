using System.Globalization;
using Lab.Cli.Experiments;
using Lab.Contracts.Runs;

namespace Lab.Cli.Tests.Experiments;

/// <summary>Sessions without a testbed: two scenarios with a metric each, whose values the builds decide.</summary>
internal sealed class SimulatedBuilds(int seed)
{
    public const string Boot = "boot-from-cloud-volume";
    public const string Plug = "hot-plug-disk";
    private const int Iterations = 5;

    private readonly Random random = new(seed);
    private DateTimeOffset now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>How many times slower than typical each metric is in arm B.</summary>
    public Dictionary<string, double> Slower { get; } = new() { [MetricNames.BootTotal] = 1, [MetricNames.HotPlugSeen] = 1 };

    /// <summary>Relative noise among sessions and in them, of each metric.</summary>
    public Dictionary<string, double> Noise { get; } = new() { [MetricNames.BootTotal] = 0.005, [MetricNames.HotPlugSeen] = 0.005 };

    /// <summary>Says what breaks a session; null: nothing.</summary>
    public Func<Session, int, string?> Breaks { get; init; } = (_, _) => null;

    public List<Session> Asked { get; } = [];

    public Task<SessionOutcome> RunAsync(Session session, CancellationToken token)
    {
        Asked.Add(session);
        if (Breaks(session, Asked.Count(asked => asked == session)) is { } problem)
            return Task.FromResult(new SessionOutcome(null, null, problem));
        var samples = new List<Sample>();
        Measure(Boot, MetricNames.BootTotal, 6);
        Measure(Plug, MetricNames.HotPlugSeen, 0.5);
        return Task.FromResult(new SessionOutcome("/somewhere", new RunRecord("/somewhere", Info(), samples, [], []), null));

        void Measure(string scenario, string metric, double typical)
        {
            if (session.Scenarios.Count > 0 && !session.Scenarios.Contains(scenario))
                return;
            var ofSession = typical * (session.Arm == ExperimentArm.B ? Slower[metric] : 1) * Around(Noise[metric]);
            for (var i = 0; i < Iterations; i++)
                samples.Add(new Sample
                {
                    Metric = metric, Unit = Units.Second, Better = Better.Lower, Scenario = scenario, Value = ofSession * Around(Noise[metric]), T = now = now.AddSeconds(1),
                });
        }
    }

    private RunInfo Info() => new()
    {
        SchemaVersion = RunInfo.CurrentSchemaVersion,
        Id = string.Create(CultureInfo.InvariantCulture, $"{now:yyyyMMdd'T'HHmmss'Z'}-smoke-{random.Next(1 << 24):x6}"),
        Suite = "smoke",
        SuiteVersion = "1",
        StartedAt = now,
        Testbed = new TestbedInfo { Name = "simulated", Shape = new Dictionary<string, string>() },
        Environment = new EnvironmentInfo
        {
            Machine = "X64", CpuModel = "simulated", Cores = 2, Memory = 1L << 33, OperatingSystem = "Debian", Kernel = "6.1", Accel = "tcg", DotNet = "10.0",
        },
        SystemUnderTest = new SystemUnderTest(),
    };

    /// <summary>Log-normal around 1, by Box and Muller.</summary>
    private double Around(double deviation) =>
        Math.Exp(deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
}
