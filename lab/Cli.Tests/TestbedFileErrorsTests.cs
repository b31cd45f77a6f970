namespace Lab.Cli.Tests;

public sealed class TestbedFileErrorsTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("lab-bad-testbed-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Theory]
    [InlineData("up")]
    [InlineData("run", "smoke", "--testbed")]
    [InlineData("nightly", "--testbed")]
    public async Task TestbedFile_WithErrors_IsRefusedWithAllOfThemAndTheirLines(params string[] command)
    {
        var file = Path.Combine(directory, "bad.yaml");
        await File.WriteAllTextAsync(file, """
            name: Bad Name
            colour: red
            storage: [{name: st0, kind: emulated, pool: lots}]
            nodes:
              - {name: a, kind: emulated}
              - {name: a, kind: emulated, host: {memory: 1MiB}}
            """, TestContext.Current.CancellationToken);
        var runs = Path.Combine(directory, "runs");
        var lab = await LabRun.OfAsync([.. command, file, .. command[0] == "up" ? [] : new[] { "--runs", runs }]);
        Assert.Equal(ExitCodes.Usage, lab.Code);
        Assert.Empty(lab.Output);
        string[] expected = [":1: name: ", ":2: colour is not known", ":3: storage[0].pool", ":6: ", ":6: "];
        var told = lab.Error["lab: ".Length..].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(expected.Length, told.Length);
        Assert.All(expected.Zip(told), pair => Assert.StartsWith(file + pair.First, pair.Second, StringComparison.Ordinal));
        Assert.False(Directory.Exists(runs));
    }

    [Theory]
    [InlineData("up", "/nonexistent.yaml")]
    [InlineData("run", "smoke", "--testbed", "/nonexistent.yaml")]
    [InlineData("run", "smoke", "--testbed", "")]
    public async Task TestbedFile_ThatIsNotThere_IsAUsageError(params string[] args)
    {
        var lab = await LabRun.OfAsync(args);
        Assert.Equal(ExitCodes.Usage, lab.Code);
        Assert.Contains("no such file", lab.Error, StringComparison.Ordinal);
    }
}
