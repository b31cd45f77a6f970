namespace Lab.Cli.Tests;

public sealed class RunLocatorTests : IDisposable
{
    private readonly string _runs = Directory.CreateTempSubdirectory("lab-locator-").FullName;

    public RunLocatorTests()
    {
        foreach (var id in new[] { "20260101T000000Z-smoke-aaaaaa", "20260102T000000Z-nightly-bbbbbb", "20260102T000001Z-smoke-cccccc" })
        {
            Directory.CreateDirectory(Path.Combine(_runs, id));
            File.WriteAllText(Path.Combine(_runs, id, "run.json"), "{}");
        }

        Directory.CreateDirectory(Path.Combine(_runs, "20270101T000000Z-not-a-run"));
    }

    public void Dispose() => Directory.Delete(_runs, recursive: true);

    [Theory]
    [InlineData("latest", "20260102T000001Z-smoke-cccccc")]
    [InlineData("20260102T000000Z-nightly-bbbbbb", "20260102T000000Z-nightly-bbbbbb")]
    [InlineData("20260101", "20260101T000000Z-smoke-aaaaaa")]
    [InlineData("bbbbbb", "20260102T000000Z-nightly-bbbbbb")]
    public void Run_ByName_IsFound(string name, string id) => Assert.Equal(Path.Combine(_runs, id), RunLocator.Find(_runs, name));

    [Fact]
    public void Run_ByPath_IsFound()
    {
        var path = Path.Combine(_runs, "20260101T000000Z-smoke-aaaaaa");
        Assert.Equal(path, RunLocator.Find("/nonexistent", path));
    }

    [Theory]
    [InlineData("20260102", "could be any of")]
    [InlineData("zzz", "no run 'zzz'")]
    [InlineData("", "no run ''")]
    public void Run_UnknownOrAmbiguous_IsRefused(string name, string says) =>
        Assert.Contains(says, Assert.Throws<UsageException>(() => RunLocator.Find(_runs, name)).Message, StringComparison.Ordinal);

    [Fact]
    public void Latest_OfNone_IsRefused() => Assert.Throws<UsageException>(() => RunLocator.Find(Path.Combine(_runs, "none"), "latest"));
}
