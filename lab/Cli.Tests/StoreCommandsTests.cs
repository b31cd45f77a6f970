using System.Text.Json;
using Lab.Contracts.Runs;

namespace Lab.Cli.Tests;

public sealed class StoreCommandsTests : IDisposable
{
    private readonly string _runs = Directory.CreateTempSubdirectory("lab-store-").FullName;

    public void Dispose() => Directory.Delete(_runs, recursive: true);

    private string Run(string arm)
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
            Labels = new Dictionary<string, string> { ["arm"] = arm },
        }, TimeProvider.System);
        run.Complete();
        return run.Directory;
    }

    private Task<LabRun> LabAsync(params string[] args) => LabRun.OfAsync([.. args, "--runs", _runs]);

    [Fact]
    public async Task Runs_OfALabel_AreListed_AndDamagedOnesNamed()
    {
        var (a, b) = (Run("a"), Run("b"));
        var foreign = Directory.CreateDirectory(Path.Combine(_runs, "foreign")).FullName;
        var import = await LabAsync("import");
        Assert.Equal(ExitCodes.Failed, import.Code);
        Assert.Contains(foreign, import.Error, StringComparison.Ordinal);
        Assert.Contains("2 imported, 0 unchanged, 1 refused", import.Output, StringComparison.Ordinal);

        var listed = await LabAsync("runs", "--label", "arm=a");
        Assert.Equal(ExitCodes.Ok, listed.Code);
        Assert.Contains(Path.GetFileName(a), listed.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Path.GetFileName(b), listed.Output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse((await LabAsync("runs", "--json")).Output);
        Assert.Equal(2, json.RootElement.GetArrayLength());
    }

    [Fact]
    public async Task Runs_Pinned_OutliveAPrune_AndVerifyNamesAChange()
    {
        var (a, b) = (Run("a"), Run("b"));
        Assert.Equal(ExitCodes.Ok, (await LabAsync("runs", "pin", Path.GetFileName(a)[^6..])).Code);
        var dry = await LabAsync("runs", "prune", "--older-than", "0h", "--dry-run");
        Assert.Contains($"would remove {b}", dry.Output, StringComparison.Ordinal);
        Assert.True(Directory.Exists(b));
        var prune = await LabAsync("runs", "prune", "--older-than", "0h");
        Assert.Equal(ExitCodes.Ok, prune.Code);
        Assert.Contains($"removed {b}", prune.Output, StringComparison.Ordinal);
        Assert.Equal((true, false), (Directory.Exists(a), Directory.Exists(b)));

        Assert.Equal(ExitCodes.Ok, (await LabAsync("runs", "verify")).Code);
        await File.AppendAllTextAsync(Path.Combine(a, RunFiles.Results), "{");
        var verify = await LabAsync("runs", "verify");
        Assert.Equal(ExitCodes.Failed, verify.Code);
        Assert.Contains($"changed {Path.Combine(a, RunFiles.Results)}", verify.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("runs", "--since", "yesterday")]
    [InlineData("runs", "--label", "arm")]
    [InlineData("runs", "prune", "--older-than", "90")]
    [InlineData("runs", "prune", "--older-than", "9d", "--keep", "-1")]
    [InlineData("runs", "pin", "absent")]
    public async Task Arguments_ThatCannotBe_AreUsageErrors(params string[] args) => Assert.Equal(ExitCodes.Usage, (await LabAsync(args)).Code);

    [Fact]
    public async Task Store_ThatCannotBeReached_IsAnInfrastructureError_WithoutItsPassword()
    {
        var lab = await LabAsync("runs", "--store", "Host=/nonexistent;Database=lab;Password=geheim");
        Assert.Equal(ExitCodes.Infrastructure, lab.Code);
        Assert.DoesNotContain("geheim", lab.Output + lab.Error, StringComparison.Ordinal);
    }
}
