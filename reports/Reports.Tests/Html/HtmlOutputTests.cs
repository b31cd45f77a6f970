using System.Text.RegularExpressions;
using System.Xml.Linq;
using Lab.Contracts.Runs;
using Lab.Reports.Comparison;
using Lab.Reports.Html;

namespace Lab.Reports.Tests.Html;

public sealed partial class HtmlOutputTests : RunsFixture
{
    private static Task<string> RenderAsync(SyntheticRun run) => HtmlOutput.RenderAsync(RunSummary.Of(RunReader.Read(run.Directory)));

    [Fact]
    public async Task Report_OfANightlyRun_ParsesAndHasItsSections()
    {
        using var run = new SyntheticRun(Runs).Nightly();
        var page = Page.Parse(await RenderAsync(run));
        Assert.Equal(
            ["Scenarios", "Ratio to baseline", "Phases of boot", "Stages", "Throughput", "Where the microseconds go", "Resources", "Isolation", "Every measurement", "Environment"],
            page.Descendants("section").Elements("h2").Select(heading => heading.Value));
        Assert.Contains(page.Descendants("a"), link => (string?)link.Attribute("href") == "captures/a%20b.pcap");
    }

    [Fact]
    public async Task Pages_ReferenceNothingOutsideThemselves()
    {
        using var a = new SyntheticRun(Runs).Nightly();
        using var b = new SyntheticRun(Runs, 2).Nightly();
        var comparison = await HtmlOutput.RenderAsync(RunComparison.Of(RunReader.Read(a.Directory), RunReader.Read(b.Directory)));
        foreach (var html in new[] { await RenderAsync(a), comparison })
        {
            var page = Page.Parse(html);
            Assert.DoesNotContain(page.Descendants().Attributes(), attribute => attribute.Name.LocalName is "src" or "srcset" or "action" or "data");
            Assert.Empty(page.Descendants("link"));
            Assert.All(page.Descendants().Attributes("href"), link => Assert.DoesNotMatch("^([a-z][a-z0-9+.-]*:|//)", link.Value));
            Assert.DoesNotContain(Style().Matches(html), style => style.Value.Contains("url(", StringComparison.Ordinal) || style.Value.Contains("@import", StringComparison.Ordinal));
            // And if anything did, the browser would not fetch it.
            Assert.Contains("default-src 'none'", html, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Texts_OfTheRun_AreNeverMarkup()
    {
        const string evil = "</script><script>alert(1)</script><b title='\"'>";
        using var run = new SyntheticRun(Runs, 1, description => description with
        {
            Testbed = new TestbedInfo { Name = evil, Shape = SyntheticRun.Map((evil, evil)) },
            Environment = description.Environment with { CpuModel = evil, Kernel = evil },
        });
        run.Nightly().Result("s" + evil, evil, Verdict.Fail, evil, new Check { Name = evil, From = evil, To = evil, Expected = evil, Observed = evil, Passed = false })
            .Values("m", Units.Second, Better.Lower, SampleRole.Subject, SyntheticRun.Map((evil, evil)), 1, 2)
            .Boot(SampleRole.Subject, evil, (evil, 1));
        var html = await RenderAsync(run);
        Assert.DoesNotContain("<script>alert(1)", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b title", html, StringComparison.Ordinal);
        Page.Parse(html);
    }

    [Fact]
    public async Task Anchors_OfAPage_AreOneOfEachMetric()
    {
        using var run = new SyntheticRun(Runs).Nightly();
        var summary = RunSummary.Of(RunReader.Read(run.Directory));
        var page = Page.Parse(await HtmlOutput.RenderAsync(summary));
        var ids = page.Descendants().Attributes("id").Select(id => id.Value).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(summary.Metrics, metric => Assert.Contains(MetricAnchor.Of(metric), ids));
        Assert.All(page.Descendants("a").Attributes("href").Where(link => link.Value[0] == '#'), link => Assert.Contains(link.Value[1..], ids));
    }

    [Fact]
    public async Task Report_OfARunInTrouble_SaysWhatFailedWhatTheMachineDidAndWhatToMind()
    {
        using var run = new SyntheticRun(Runs);
        var sample = new Sample { Metric = "boot.total", Unit = Units.Second, Better = Better.Lower, Value = 5, T = SyntheticRun.Start.AddMinutes(1) };
        run.Writer.Add(sample with { Conditions = new MachineConditions { StolenCores = 0.75, OtherCores = 0.1, Frequency = 2.5e9 } });
        run.Writer.Add(sample with { Outcome = SampleOutcome.Failed });
        run.Writer.Add(sample with { Metric = "clone.duration", Outcome = SampleOutcome.Failed });
        var summary = RunSummary.Of(RunReader.Read(run.Directory)) with { Warnings = ["noisier than its profile"] };
        var text = Page.Parse(await HtmlOutput.RenderAsync(summary)).Root!.Value;
        Assert.Contains("noisier than its profile", text, StringComparison.Ordinal);
        Assert.Contains("2 measured operations failed", text, StringComparison.Ordinal);
        Assert.Contains("1 failed", text, StringComparison.Ordinal);
        Assert.Contains("all 1 operations of the subject failed", text, StringComparison.Ordinal);
        Assert.Contains("0.750 cores", text, StringComparison.Ordinal);
        Assert.Contains("2.50 GHz", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("one boot")]
    [InlineData("baseline only")]
    [InlineData("results only")]
    public async Task Report_OfAPartialRun_IsRendered(string part)
    {
        using var run = new SyntheticRun(Runs);
        _ = part switch
        {
            "one boot" => run.Boot(SampleRole.Subject, "bm0", ("api", 0)),
            "baseline only" => run.Values("m", Units.Second, Better.Lower, SampleRole.Baseline, SyntheticRun.Map(), 1),
            "results only" => run.Result("boot", "Boot", Verdict.Pass),
            _ => run,
        };
        var page = Page.Parse(await RenderAsync(run));
        Assert.Contains("did not finish", page.Root!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_OfAHugeSeries_StaysSmall()
    {
        using var run = new SyntheticRun(Runs);
        run.Noisy("m", Units.Second, Better.Lower, SyntheticRun.Map(), 50_000, 1, 1);
        for (var i = 0; i < 300; i++)
            run.Boot(SampleRole.Subject, "bm0", ("api", 1), ("kernel", 2));
        var html = await RenderAsync(run);
        Assert.InRange(html.Length, 0, 900_000);
        Assert.Contains("first 60 of 300", html, StringComparison.Ordinal);
        Assert.Contains("50000", html, StringComparison.Ordinal);
    }

    [GeneratedRegex("<style>.*?</style>", RegexOptions.Singleline)]
    private static partial Regex Style();
}
