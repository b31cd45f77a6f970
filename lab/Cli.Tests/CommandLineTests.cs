namespace Lab.Cli.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--nope")]
    [InlineData("nope")]
    [InlineData("report")]
    [InlineData("compare", "a")]
    [InlineData("report", "a", "--jsn")]
    public async Task CommandLine_Wrong_IsAUsageErrorThatSaysWhy(params string[] args)
    {
        var lab = await LabRun.OfAsync(args);
        Assert.Equal(ExitCodes.Usage, lab.Code);
        Assert.NotEmpty(lab.Error);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("report", "--help")]
    [InlineData("compare", "--help")]
    public async Task Help_IsNoError(params string[] args)
    {
        var lab = await LabRun.OfAsync(args);
        Assert.Equal(ExitCodes.Ok, lab.Code);
        Assert.Contains("Usage:", lab.Output, StringComparison.Ordinal);
    }
}
