using System.Text.Json;
using Lab.Contracts.Runs;

namespace Lab.Cli.Tests;

public sealed class TrendCommandTests : IDisposable
{
    private readonly string _runs = Directory.CreateTempSubdirectory("lab-trend-").FullName;

    public void Dispose() => Directory.Delete(_runs, recursive: true);

    [Fact]
    public async Task Trend_OfAStep_NamesItAndFails()
    {
        Nights(20, boot: 6);
        Nights(8, boot: 7, after: 20);
        var lab = await TrendAsync();
        Assert.Equal(ExitCodes.Failed, lab.Code);
        Assert.Contains("regressed boot.total: +16.7 % since", lab.Output, StringComparison.Ordinal);
        Assert.Contains($"{Commit(19)[..12]}..{Commit(20)[..12]}", lab.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trend_OfAnExplainedStep_IsOk()
    {
        Nights(20, boot: 6);
        Nights(8, boot: 7, after: 20);
        var annotations = Path.Combine(_runs, "annotations.yaml");
        await File.WriteAllTextAsync(annotations, $"annotations:\n  - {{date: {Night(20):yyyy-MM-dd}, text: kernel upgrade, metrics: \"boot.*\"}}\n");
        var lab = await TrendAsync("--annotations", annotations, "--json");
        Assert.Equal(ExitCodes.Ok, lab.Code);
        using var json = JsonDocument.Parse(lab.Output);
        Assert.All(json.RootElement.GetProperty("series")[0].GetProperty("events").EnumerateArray(),
            change => Assert.Equal("kernel upgrade", change.GetProperty("explanation").GetString()));
    }

    [Fact]
    public async Task Trend_OfSteadyNights_IsOk_AndWritesThePage()
    {
        Nights(20, boot: 6);
        var page = Path.Combine(_runs, "trend.html");
        var lab = await TrendAsync("boot.*", "--html", page);
        Assert.Equal(ExitCodes.Ok, lab.Code);
        Assert.Contains("metric-boot.total:s", await File.ReadAllTextAsync(page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trend_WithAWrongAnnotationsFile_NamesEveryErrorAndItsLine()
    {
        var annotations = Path.Combine(_runs, "annotations.yaml");
        await File.WriteAllTextAsync(annotations, "annotations:\n  - {date: yesterday, text: a}\n  - {date: 2026-03-01}\n");
        var lab = await TrendAsync("--annotations", annotations);
        Assert.Equal(ExitCodes.Usage, lab.Code);
        Assert.Contains($"{annotations}:2: ", lab.Error, StringComparison.Ordinal);
        Assert.Contains($"{annotations}:3: ", lab.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--since", "long ago")]
    [InlineData("--since", "0d")]
    [InlineData("--suite", "unheard-of")]
    public async Task Trend_OfNothingThatExists_IsAnErrorOfUse(string option, string value)
    {
        Nights(1, boot: 6);
        Assert.Equal(ExitCodes.Usage, (await LabRun.OfAsync("trend", "--runs", _runs, option, value)).Code);
    }

    private Task<LabRun> TrendAsync(params string[] args) => LabRun.OfAsync(["trend", .. args, "--runs", _runs, "--since", "2026-01-01"]);

    private void Nights(int count, double boot, int after = 0)
    {
        for (var night = after; night < after + count; night++)
        {
            var time = new FixedTime(Night(night));
            using var run = RunWriter.Create(_runs, new RunDescription
            {
                Suite = "nightly",
                SuiteVersion = "1",
                Testbed = new TestbedInfo { Name = "t", Shape = new Dictionary<string, string>() },
                Environment = new EnvironmentInfo
                {
                    Machine = "m", CpuModel = "c", Cores = 2, Memory = 1L << 34, OperatingSystem = "Debian 12", Kernel = "6.1", Accel = "tcg", DotNet = "10",
                },
                SystemUnderTest = new SystemUnderTest { Commit = Commit(night) },
            }, time);
            new MetricRecorder(run, time, MetricNames.BootTotal, Units.Second, Better.Lower).Subject(boot);
            run.Complete();
        }
    }

    private static DateTimeOffset Night(int night) => new DateTimeOffset(2026, 3, 1, 2, 0, 0, TimeSpan.Zero).AddDays(night);

    private static string Commit(int night) => night.ToString("x12", System.Globalization.CultureInfo.InvariantCulture).PadRight(40, 'f');

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
