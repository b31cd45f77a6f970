namespace Lab.Cli.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--nope")]
    [InlineData("nope")]
    [InlineData("report")]
    [InlineData("compare", "a")]
    [InlineData("report", "a", "--jsn")]
    [InlineData("run", "nosuch")]
    [InlineData("run")]
    [InlineData("up", "a", "b")]
    [InlineData("logs")]
    [InlineData("logs", "bm0", "--lines", "many")]
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

    public static TheoryData<string> Commands => [.. LabCommandLine.Create().Subcommands.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Help_OfEachCommand_DescribesItAndShowsAnExample(string command)
    {
        var lab = await LabRun.OfAsync(command, "--help");
        Assert.Equal((ExitCodes.Ok, ""), (lab.Code, lab.Error));
        // Words may stand on several lines.
        var help = string.Join(' ', lab.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains($"Example: lab {command}", help, StringComparison.Ordinal);
        var symbols = LabCommandLine.Create().Subcommands.Single(c => c.Name == command);
        Assert.All(symbols.Options.Select(o => (o.Name, o.Description)).Concat(symbols.Arguments.Select(a => (a.Name, a.Description))),
            symbol => Assert.False(string.IsNullOrEmpty(symbol.Description), symbol.Name));
    }

    [Fact]
    public void Commands_AreTheDocumentedOnes() => Assert.Equal(
        ["clean", "compare", "console", "doctor", "down", "emulate", "logs", "nightly", "report", "run", "status", "up"],
        LabCommandLine.Create().Subcommands.Select(c => c.Name).Order(StringComparer.Ordinal));
}
