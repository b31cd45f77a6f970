using Lab.Contracts.Runs;

namespace Lab.Contracts.Tests.Runs;

/// <summary>A directory for runs, gone after the test, and records that are right.</summary>
public abstract class RunDirectoryFixture : IDisposable
{
    protected string Runs { get; } = Directory.CreateTempSubdirectory("lab-runs-").FullName;

    internal ManualTime Time { get; } = new();

    protected static RunDescription Description { get; } = new()
    {
        Suite = "smoke",
        SuiteVersion = "1",
        Parameters = new Dictionary<string, string> { ["boots"] = "5" },
        Testbed = new TestbedInfo { Name = "emulated-2x", Shape = new Dictionary<string, string> { ["nodes"] = "2" } },
        Environment = new EnvironmentInfo
        {
            Machine = "rack1", CpuModel = "Xeon", Cores = 2, Memory = 24L << 30, OperatingSystem = "Debian 12", Kernel = "6.1.0",
            Accel = "tcg", DotNet = "10.0.0",
        },
        SystemUnderTest = new SystemUnderTest { Commit = new string('a', 40), Dirty = true },
    };

    protected static Sample Sample { get; } = new()
    {
        Metric = "boot.total", Unit = Units.Second, Better = Better.Lower, Value = 6.1, T = ManualTime.Epoch,
        Dimensions = new Dictionary<string, string> { ["node"] = "bm0" },
    };

    protected static SpanEvent Span { get; } = new()
    {
        TraceId = new string('1', 32), SpanId = new string('2', 16), Name = "clone", Operation = "boot",
        Start = ManualTime.Epoch, Duration = 0.25, Node = "bm0",
    };

    protected static ScenarioResult Result { get; } = new()
    {
        Scenario = "Boot.FromVolume", Suite = "boot", Verdict = Verdict.Fail, Reason = "no shell", Duration = 12,
        Evidence = ["logs/bm0-console.log"],
        Checks = [new Check { Name = "ping", From = "a", To = "b", Expected = "blocked", Observed = "blocked", Passed = true }],
    };

    protected RunWriter Create() => RunWriter.Create(Runs, Description, Time);

    protected virtual void Dispose(bool disposing) => Directory.Delete(Runs, recursive: true);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }
}
