using System.Text.Json;
using Lab.Contracts.Runs;

namespace Lab.Cli.Tests;

public sealed class ReportCommandsTests : IDisposable
{
    private readonly string _runs = Directory.CreateTempSubdirectory("lab-commands-").FullName;

    public void Dispose() => Directory.Delete(_runs, recursive: true);

    private string Run(double boot, string suiteVersion = "1", double? baseline = 5)
    {
        using var run = RunWriter.Create(_runs, new RunDescription
        {
            Suite = "smoke",
            SuiteVersion = suiteVersion,
            Testbed = new TestbedInfo { Name = "t", Shape = new Dictionary<string, string>() },
            Environment = new EnvironmentInfo
            {
                Machine = "m", CpuModel = "c", Cores = 2, Memory = 1L << 34, OperatingSystem = "Debian 12", Kernel = "6.1", Accel = "tcg", DotNet = "10",
            },
            SystemUnderTest = new SystemUnderTest(),
        }, TimeProvider.System);
        var metric = new MetricRecorder(run, TimeProvider.System, MetricNames.BootTotal, Units.Second, Better.Lower);
        for (var i = 0; i < 20; i++)
        {
            metric.Subject(boot);
            if (baseline is { } value)
                metric.Baseline(value);
        }

        run.Add(new ScenarioResult { Scenario = "Boot [x]", Suite = "boot", Verdict = Verdict.Fail, Reason = "no [shell]", Duration = 1 });
        run.Complete();
        return run.Directory;
    }

    private Task<LabRun> LabAsync(params string[] args) => LabRun.OfAsync([.. args, "--runs", _runs]);

    [Fact]
    public async Task Report_OfTheLatestRun_IsWrittenAndPrinted()
    {
        var run = Run(6);
        var lab = await LabAsync("report", "latest");
        Assert.Equal(ExitCodes.Ok, lab.Code);
        Assert.Contains("1.20 ×", lab.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', lab.Output);
        Assert.Contains("Boot [x]: no [shell]", lab.Output, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(run, "report.html"), lab.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(run, "report.html")));
    }

    [Fact]
    public async Task Report_AsJson_IsJsonAlone()
    {
        Run(6);
        var lab = await LabAsync("report", "latest", "--json");
        using var json = JsonDocument.Parse(lab.Output);
        Assert.Equal(1.2, json.RootElement.GetProperty("metrics")[0].GetProperty("ratio").GetProperty("value").GetDouble(), 12);
    }

    [Fact]
    public async Task Report_OfADamagedRun_SaysWhere()
    {
        var run = Run(6);
        File.AppendAllText(Path.Combine(run, "samples.jsonl"), "{");
        var lab = await LabAsync("report", run);
        Assert.Equal(ExitCodes.Usage, lab.Code);
        Assert.Contains("samples.jsonl:41: ", lab.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_OfNoRun_IsAUsageError()
    {
        var lab = await LabAsync("report", "latest");
        Assert.Equal(ExitCodes.Usage, lab.Code);
        Assert.StartsWith("lab: there is no run in ", lab.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compare_OfRunsAlike_SaysWhatRegressed()
    {
        var (a, b, page, text) = (Run(6), Run(18), Path.Combine(_runs, "compare.html"), Path.Combine(_runs, "compare.md"));
        var lab = await LabAsync("compare", a, b, "--html", page, "--markdown", text);
        Assert.Equal(ExitCodes.Failed, lab.Code);
        Assert.Contains("regressed", lab.Output, StringComparison.Ordinal);
        Assert.Contains("3.00 ×", lab.Output, StringComparison.Ordinal);
        Assert.Contains("regressed", File.ReadAllText(text), StringComparison.Ordinal);
        Assert.True(File.Exists(page));
        Assert.Equal(ExitCodes.Ok, (await LabAsync("compare", a, a)).Code);
        Assert.Equal(ExitCodes.Ok, (await LabAsync("compare", b, $"{a},{a}")).Code);
    }

    [Theory]
    [InlineData("ratio: {max: 1.3}", ExitCodes.Ok)]
    [InlineData("ratio: {max: 1.1}", ExitCodes.Failed)]
    [InlineData("median: {max: 7 s}", ExitCodes.Ok)]
    [InlineData("change: {max: 10%}", ExitCodes.Usage)]
    [InlineData("median: {max: seven}", ExitCodes.Usage)]
    public async Task Gate_OnARun_ExitsByItsLimits(string limit, int code)
    {
        var file = Path.Combine(_runs, "thresholds.yaml");
        await File.WriteAllTextAsync(file, $"gates: [{{metric: boot.total, {limit}}}]");
        Assert.Equal(code, (await LabAsync("gate", file, Run(6))).Code);
    }

    [Fact]
    public async Task Gate_OnAChange_IsHeldAgainstTheReference()
    {
        var (file, reference) = (Path.Combine(_runs, "thresholds.yaml"), Run(6));
        await File.WriteAllTextAsync(file, "gates: [{metric: boot.total, change: {max: 50%}}]");
        Assert.Equal(ExitCodes.Failed, (await LabAsync("gate", file, Run(60), "--against", reference)).Code);
        Assert.Equal(ExitCodes.Usage, (await LabAsync("gate", file, Run(60, suiteVersion: "2"), "--against", reference)).Code);
    }

    [Fact]
    public async Task Compare_OfUnlikeRuns_NamesTheFieldAndComparesNothing()
    {
        var (a, b) = (Run(6), Run(9, suiteVersion: "2"));
        var lab = await LabAsync("compare", a, b);
        Assert.Equal(ExitCodes.Usage, lab.Code);
        Assert.Contains("not comparable: suite.version is 1 in A and 2 in B", lab.Error, StringComparison.Ordinal);
        Assert.Empty(lab.Output);

        var json = await LabAsync("compare", a, b, "--json");
        using var document = JsonDocument.Parse(json.Output);
        Assert.Equal(ExitCodes.Usage, json.Code);
        Assert.False(document.RootElement.GetProperty("comparable").GetBoolean());
    }
}
