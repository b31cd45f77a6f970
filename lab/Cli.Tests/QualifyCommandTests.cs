using Lab.Contracts.Runs;

namespace Lab.Cli.Tests;

public sealed class QualifyCommandTests : IDisposable
{
    private readonly string _runs = Directory.CreateTempSubdirectory("lab-qualify-").FullName;

    public void Dispose() => Directory.Delete(_runs, recursive: true);

    private string Run(Verdict verdict)
    {
        using var run = RunWriter.Create(_runs, new RunDescription
        {
            Suite = "smoke",
            SuiteVersion = "1",
            Testbed = new TestbedInfo { Name = "t", Shape = new Dictionary<string, string>() },
            Environment = new EnvironmentInfo
            {
                Machine = "m", CpuModel = "c", Cores = 2, Memory = 1L << 34, OperatingSystem = "Debian 12", Kernel = "6.1", Accel = "tcg", DotNet = "10",
            },
            SystemUnderTest = new SystemUnderTest(),
        }, TimeProvider.System);
        run.Add(new ScenarioResult { Scenario = "boots", Suite = "boot", Verdict = verdict, Duration = 1 });
        run.Complete();
        return run.Directory;
    }

    private string Profile()
    {
        var path = Path.Combine(_runs, "small.yaml");
        File.WriteAllText(path, """
            name: small
            version: "1"
            title: Small
            suite: smoke
            requirements:
              - {id: R-1, group: g, title: it boots, level: MUST, source: [RFC 2119], scenario: boots}
            """);
        return path;
    }

    [Fact]
    public async Task Qualify_OfAGoodRun_SignsAndVerifiesUntilAByteChanges()
    {
        var (key, target) = (Path.Combine(_runs, "k.pem"), Path.Combine(_runs, "statement"));
        Assert.Equal(ExitCodes.Ok, (await LabRun.OfAsync("qualify", "keygen", key)).Code);
        var lab = await LabRun.OfAsync("qualify", Profile(), "--run", Run(Verdict.Pass), "--key", key, "--out", target, "--no-pdf", "--device", "Card [x]");
        Assert.True(lab.Code == ExitCodes.Ok, lab.Error);
        Assert.Contains("QUALIFIED", lab.Output, StringComparison.Ordinal);
        Assert.Contains("Card [x]", lab.Output, StringComparison.Ordinal);

        var verified = await LabRun.OfAsync("qualify", "verify", target, "--key", key + ".pub");
        Assert.Equal((ExitCodes.Ok, $"verified: Card [x], small-1: QUALIFIED{Environment.NewLine}"), (verified.Code, verified.Output));
        await File.AppendAllTextAsync(Path.Combine(target, "statement.html"), " ", TestContext.Current.CancellationToken);
        var tampered = await LabRun.OfAsync("qualify", "verify", target, "--key", key + ".pub");
        Assert.Equal((ExitCodes.Failed, $"lab: statement.html was changed{Environment.NewLine}"), (tampered.Code, tampered.Error));
    }

    [Theory]
    [InlineData(Verdict.Fail, "NOT QUALIFIED")]
    [InlineData(Verdict.Error, "INCOMPLETE")]
    public async Task Qualify_OfABadRun_SaysNo(Verdict verdict, string says)
    {
        var lab = await LabRun.OfAsync("qualify", Profile(), "--run", Run(verdict), "--no-pdf");
        Assert.Equal(ExitCodes.Failed, lab.Code);
        Assert.Contains(says, lab.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compare_OfOneProfile_PutsDevicesSideBySide()
    {
        foreach (var (verdict, device) in new[] { (Verdict.Pass, "a"), (Verdict.Fail, "b") })
            await LabRun.OfAsync("qualify", Profile(), "--run", Run(verdict), "--no-pdf", "--device", $"card-{device}", "--out", Path.Combine(_runs, device));
        var page = Path.Combine(_runs, "sides.html");
        var lab = await LabRun.OfAsync("qualify", "compare", Path.Combine(_runs, "a"), Path.Combine(_runs, "b"), "--html", page);
        Assert.True(lab.Code == ExitCodes.Ok, lab.Error);
        Assert.Contains("card-b", lab.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(page));
    }

    [Fact]
    public async Task List_And_Show_TellTheShippedProfile()
    {
        var list = await LabRun.OfAsync("qualify", "list");
        Assert.Equal(ExitCodes.Ok, list.Code);
        Assert.Contains("dpu-baremetal-1.0", list.Output, StringComparison.Ordinal);
        Assert.Contains("ISO-10", (await LabRun.OfAsync("qualify", "show", "dpu-baremetal-1.0", "--json")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("give the runs to judge", "dpu-baremetal-1.0")]
    [InlineData("no such file, nor a profile of that name", "dpu-baremetal-9", "--run", "x")]
    [InlineData("give one of the two", "dpu-baremetal-1.0", "--run", "x", "--testbed", "y")]
    [InlineData("there is no key nowhere.pem", "dpu-baremetal-1.0", "--run", "x", "--key", "nowhere.pem")]
    [InlineData("there is no directory nowhere", "verify", "nowhere", "--key", "k")]
    [InlineData("is no statement", "compare", "nowhere", "nowhere")]
    public async Task Qualify_OfWhatCannotBe_IsAMatterOfUsage(string says, params string[] arguments)
    {
        var lab = await LabRun.OfAsync(["qualify", .. arguments]);
        Assert.Equal(ExitCodes.Usage, lab.Code);
        Assert.Contains(says, lab.Error, StringComparison.Ordinal);
    }
}
