using System.Text.Json.Nodes;
using System.Xml.Linq;
using Lab.Contracts.Runs;
using Lab.Reports.Html;
using Lab.Reports.Outputs;
using Lab.Reports.Sections;
using Lab.Reports.Tests.Html;

namespace Lab.Reports.Tests.Sections;

public sealed class LatencyBreakdownTests : RunsFixture
{
    [Fact]
    public void Stages_OfAWorkload_AddUpToItsWhole_InTheOrderOfTheWay()
    {
        using var run = new SyntheticRun(Runs).Breakdown("randread-4k-qd32", 11).Breakdown("randread-4k-qd1", 1);
        var breakdowns = RunSummary.Of(RunReader.Read(run.Directory)).Latencies;
        Assert.Equal(["randread-4k-qd1", "randread-4k-qd32"], breakdowns.Select(breakdown => breakdown.Workload));
        var one = breakdowns[0];
        Assert.Equal(
            ["guest", "guest_queue", "vhost", "qos", "queue", "send", "wire", "target", "store", "complete"], one.Stages.Select(stage => stage.Name));
        Assert.Equal(88.3e-6, one.Total, 9);
        Assert.Equal(1, one.Stages.Sum(stage => stage.Share!.Value), 9);
        Assert.Equal(41 / 88.3, one.Stages[0].Share!.Value, 9);
        Assert.Null(one.Stages[0].MedianSeconds);
        Assert.Equal(0.72e-6, one.Stages[1].MedianSeconds!.Value, 9);
        Assert.Equal(3.2e-6, one.Stages[1].P99Seconds!.Value, 9);
        // What is several stages together would be counted twice.
        Assert.Equal(["remote", "served"], one.Spans.Select(span => span.Name));
        Assert.All(one.Spans, span => Assert.Null(span.Share));
    }

    [Fact]
    public void Stage_ThatIsNotKnown_ComesBehindThoseThatAre()
    {
        using var run = new SyntheticRun(Runs).Breakdown("w", 1).Values(
            MetricNames.DiskStage, Units.Second, Better.None, SampleRole.Subject, SyntheticRun.Map(("workload", "w"), ("stage", "encryption")), 1e-6);
        var breakdown = Assert.Single(RunSummary.Of(RunReader.Read(run.Directory)).Latencies);
        Assert.Equal(("encryption", "encryption"), (breakdown.Stages[^1].Name, breakdown.Stages[^1].Title));
    }

    [Fact]
    public async Task Page_OfARunWithoutStages_DoesNotSpeakOfThem()
    {
        using var run = new SyntheticRun(Runs).Values(MetricNames.BootTotal, Units.Second, Better.Lower, SampleRole.Subject, SyntheticRun.Map(), 1);
        var summary = RunSummary.Of(RunReader.Read(run.Directory));
        Assert.DoesNotContain("microseconds", await HtmlOutput.RenderAsync(summary), StringComparison.Ordinal);
        Assert.DoesNotContain("microseconds", MarkdownOutput.Render(summary), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stages_HaveARowEach_AndNoneAmongTheMetricsOfABaseline()
    {
        using var run = new SyntheticRun(Runs).Nightly();
        var page = Page.Parse(await HtmlOutput.RenderAsync(RunSummary.Of(RunReader.Read(run.Directory))));
        var sections = page.Descendants("section").ToDictionary(section => section.Element("h2")!.Value);
        Assert.Equal(2 * (10 + 1 + 2), sections["Where the microseconds go"].Descendants("tbody").Elements("tr").Count());
        Assert.Contains("88.3 µs a request", sections["Where the microseconds go"].Value, StringComparison.Ordinal);
        Assert.All(
            sections.Where(section => section.Key != "Where the microseconds go"),
            section => Assert.DoesNotContain(MetricNames.DiskStage, section.Value.Value, StringComparison.Ordinal));
    }

    [Fact]
    public void Json_HasEachStage_InSeconds()
    {
        using var run = new SyntheticRun(Runs).Breakdown("randread-4k-qd1", 1);
        var breakdown = JsonNode.Parse(JsonOutput.Render(RunSummary.Of(RunReader.Read(run.Directory))))!["latencies"]![0]!;
        Assert.Equal("randread-4k-qd1", (string?)breakdown["workload"]);
        Assert.Equal(88.3e-6, (double)breakdown["total"]!, 9);
        var store = breakdown["stages"]![8]!;
        Assert.Equal("store", (string?)store["name"]);
        Assert.Equal(3.1e-6, (double)store["mean"]!, 9);
        Assert.Equal(2.79e-6, (double)store["median"]!, 9);
        Assert.Equal(12.4e-6, (double)store["p99"]!, 9);
        Assert.Equal(3.1 / 88.3, (double)store["share"]!, 9);
        Assert.Null(breakdown["stages"]![0]!["median"]);
    }

    [Fact]
    public void Markdown_HasATableOfEachWorkload()
    {
        using var run = new SyntheticRun(Runs).Breakdown("randread-4k-qd1", 1);
        var text = MarkdownOutput.Render(RunSummary.Of(RunReader.Read(run.Directory)));
        Assert.Contains("## Where the microseconds go: randread-4k-qd1\n", text, StringComparison.Ordinal);
        Assert.Contains("\n| guest | – | – | 41.0 µs | 46.4 % |\n", text, StringComparison.Ordinal);
        Assert.Contains("\n| store | 2.79 µs | 12.4 µs | 3.10 µs | 3.5 % |\n", text, StringComparison.Ordinal);
        Assert.Contains("\n| **all of it** | | | **88.3 µs** | 100 % |\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Ratio to baseline", text, StringComparison.Ordinal);
    }
}
