using System.Text.Json;
using Lab.Contracts.Runs;
using Lab.Reports.Statistics;

namespace Lab.Reports.Tests.Statistics;

/// <summary>Recorded runs of one build (real-aa.json): whichever are set against each other, nothing regressed.</summary>
public sealed class RealRunsTests
{
    private static readonly JsonElement Recorded = JsonDocument.Parse(
        typeof(RealRunsTests).Assembly.GetManifestResourceStream("Lab.Reports.Tests.real-aa.json")!).RootElement;

    private static readonly JudgePolicy Policy = new() { Resamples = 200 };

    [Fact]
    public void Nightlies_OfOneBuild_AreNeverRegressedInAnyPair()
    {
        var nights = Runs("nightly");
        foreach (var (a, b) in from a in nights from b in nights where a != b select (a, b))
            AssertQuiet(FamilyJudge.Judge(Pairs([a], [b]), Policy));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Smokes_OfOneBuild_AreNeverRegressedBesideTheirNeighbours(int sessions)
    {
        var smokes = Runs("smoke");
        for (var first = 0; first + 2 * sessions <= smokes.Count; first++)
            AssertQuiet(FamilyJudge.Judge(Pairs(smokes[first..(first + sessions)], smokes[(first + sessions)..(first + 2 * sessions)]), Policy));
    }

    [Fact]
    public void Smokes_TenAgainstTenInterleaved_AreNotRegressed()
    {
        var smokes = Runs("smoke");
        List<Dictionary<string, double[]>> Every(int start) => [.. smokes.Where((_, i) => i < 20 && i % 4 is var place && (place is 1 or 2) == (start == 1))];
        var family = FamilyJudge.Judge(Pairs(Every(0), Every(1)), Policy);
        AssertQuiet(family);
        Assert.All(family.Series, one => Assert.Equal(IntervalMethod.Bca, one.Interval));
    }

    [Theory]
    [InlineData("boot.total", 1.5)]
    [InlineData("hotplug.seen · disk", 1.5)]
    [InlineData("hotplug.first_io · nic", 1.5)]
    public void Nightly_SlowerByHalf_IsRegressedInEveryPair(string series, double factor)
    {
        var nights = Runs("nightly");
        foreach (var (a, b) in from a in nights from b in nights where a != b select (a, b))
        {
            var slow = new Dictionary<string, double[]> { [series] = [.. b[series].Select(value => value * factor)] };
            var judgement = Assert.Single(FamilyJudge.Judge(Pairs([a], [slow]), Policy).Series);
            // The nights themselves differ by up to 15 %: where B was the faster one, the slowdown left is under 1.4.
            if (judgement.Effect > 1.45)
                Assert.Equal(Judgement.Regressed, judgement.Verdict);
            Assert.True(judgement.Effect > 1.25);
        }
    }

    [Fact]
    public void Nightly_With100MsMoreInAttach_IsRegressed()
    {
        var nights = Runs("nightly");
        foreach (var (a, b) in from a in nights from b in nights where a != b select (a, b))
        {
            var slow = new Dictionary<string, double[]> { ["hotplug.seen · disk"] = [.. b["hotplug.seen · disk"].Select(value => value + 0.1)] };
            var judgement = Assert.Single(FamilyJudge.Judge(Pairs([a], [slow]), Policy).Series);
            Assert.True(judgement.Verdict == Judgement.Regressed, judgement.Reason);
        }
    }

    private static void AssertQuiet(FamilyJudgement family)
    {
        Assert.NotEmpty(family.Series);
        Assert.All(family.Series, one => Assert.True(one.Verdict is Judgement.Equivalent or Judgement.Undecided, $"{one.Series}: {one.Reason}"));
        Assert.True(family.Verdict is Judgement.Equivalent or Judgement.Undecided, family.Reason);
    }

    private static List<Dictionary<string, double[]>> Runs(string suite) =>
        Recorded.GetProperty(suite).Deserialize<List<Dictionary<string, double[]>>>()!;

    private static List<SeriesPair> Pairs(List<Dictionary<string, double[]>> a, List<Dictionary<string, double[]>> b) =>
        [.. b[0].Keys.Select(series => new SeriesPair(
            series.Split(' ')[0], series, Better.Lower, Arm.Of(a.Select(run => run[series])), Arm.Of(b.Select(run => run[series]))))];
}
