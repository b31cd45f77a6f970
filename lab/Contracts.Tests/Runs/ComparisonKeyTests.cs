using Lab.Contracts.Runs;

namespace Lab.Contracts.Tests.Runs;

public sealed class ComparisonKeyTests : RunDirectoryFixture
{
    private ComparisonKey KeyOf(RunDescription description)
    {
        using var run = RunWriter.Create(Runs, description, Time);
        return run.Info.Comparison!;
    }

    [Fact]
    public void Key_OfAnotherTimeCommitAndKernel_IsTheSame()
    {
        var first = KeyOf(Description);
        Time.Now += TimeSpan.FromDays(1);
        var second = KeyOf(Description with
        {
            Testbed = Description.Testbed with { Name = "other" },
            SystemUnderTest = new SystemUnderTest(),
            Environment = Description.Environment with { Kernel = "6.12", DotNet = "10.0.1", Machine = "rack2", Memory = (24L << 30) - 4096 },
        });
        Assert.Equal(first.Hash, second.Hash);
        Assert.Empty(ComparisonKey.Differences(first, second));
    }

    [Fact]
    public void Key_OfUnlikeRuns_DiffersAndNamesTheFields()
    {
        var first = KeyOf(Description);
        var second = KeyOf(Description with
        {
            SuiteVersion = "2",
            Parameters = new Dictionary<string, string>(),
            Environment = Description.Environment with { Cores = 64 },
        });
        Assert.NotEqual(first.Hash, second.Hash);
        Assert.Equal(
            [("environment.cores", "2", "64"), ("parameter.boots", "5", null), ("suite.version", "1", "2")],
            ComparisonKey.Differences(first, second));
    }
}
