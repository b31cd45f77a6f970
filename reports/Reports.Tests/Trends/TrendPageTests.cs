using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Lab.Contracts.Runs;
using Lab.Reports.Html;
using Lab.Reports.Tests.Html;
using Lab.Reports.Trends;

namespace Lab.Reports.Tests.Trends;

public sealed partial class TrendPageTests
{
    private const int BytesMax = 2_000_000;

    [Fact]
    public async Task Page_OfTwoHundredMetricsAndAYear_IsSmall()
    {
        var report = TrendReport.Of(Enumerable.Range(0, 200).Select(i => Nights.History(Nights.Points(Nights.Noisy(i, (365, 5))), metric: $"metric.{i}")), []);
        var html = await HtmlOutput.RenderAsync(report);
        Assert.InRange(html.Length, 0, BytesMax);
        Assert.Equal(200, Page.Parse(html).Descendants("tr").Count(row => (string?)row.Attribute("class") == "item"));
    }

    [Fact]
    public async Task Page_ReferencesNothingOutsideItself()
    {
        var html = await HtmlOutput.RenderAsync(TrendReport.Of([Stepped("boot.total")], []));
        var page = Page.Parse(html);
        Assert.DoesNotContain(page.Descendants().Attributes(), attribute => attribute.Name.LocalName is "src" or "srcset" or "action" or "data");
        Assert.All(page.Descendants().Attributes("href"), link => Assert.StartsWith("#", link.Value, StringComparison.Ordinal));
        Assert.Contains("default-src 'none'", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_OfARegression_NamesItsCommitsAndLinksToTheMetric()
    {
        var page = Page.Parse(await HtmlOutput.RenderAsync(TrendReport.Of([Stepped("boot.total"), Stepped("hotplug.seen")], [new Annotation(Nights.At(40), "new disk", "hotplug.*")])));
        Assert.Contains(page.Descendants("h2"), heading => heading.Value == "What regressed");
        Assert.Contains(page.Descendants("code"), code => code.Value == $"{Nights.Commit(39)[..12]}..{Nights.Commit(40)[..12]}");
        var row = Assert.Single(page.Descendants("tr"), row => (string?)row.Attribute("id") == "metric-boot.total:s");
        Assert.Contains("▲ regressed", row.Value, StringComparison.Ordinal);
        Assert.Contains("✎ explained", page.Descendants("tr").Single(row => (string?)row.Attribute("id") == "metric-hotplug.seen:s").Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Texts_OfTheHistory_AreNeverMarkup()
    {
        const string evil = "</script><script>alert(1)</script><b title='\"'>";
        var points = Nights.Points(Nights.Noisy(1, (40, 1), (8, 1.1)));
        points[^1] = points[^1] with { Environment = new TrendEnvironment(evil, SyntheticRun.Map((evil, evil))) };
        var html = await HtmlOutput.RenderAsync(TrendReport.Of([new(evil, evil, evil, Better.Lower, evil, IsRatio: false, points)], [new Annotation(Nights.At(40), evil, "*")]));
        Assert.DoesNotContain("<script>alert(1)", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b title", html, StringComparison.Ordinal);
        Page.Parse(html);
    }

    [Fact]
    public async Task Data_HasEveryNightOnce_AndNullForOneThatFailed()
    {
        var points = Nights.Points(1.234567, double.PositiveInfinity, 3);
        points[2] = points[2] with { Night = Nights.At(5), Environment = Nights.New };
        var html = await HtmlOutput.RenderAsync(TrendReport.Of([Nights.History(points), Nights.History(points[..2], metric: "z")], []));
        using var data = JsonDocument.Parse(Data().Match(html).Groups[1].Value);
        Assert.Equal(["2026-01-01", "2026-01-02", "2026-01-06"], data.RootElement.GetProperty("nights").EnumerateArray().Select(night => night.GetString()));
        var series = data.RootElement.GetProperty("series")[0];
        Assert.Equal("[1.2346,null,3]", series.GetProperty("values").GetRawText());
        Assert.Equal("[0,0,1]", series.GetProperty("environments").GetRawText());
        Assert.False(series.TryGetProperty("at", out _));
    }

    [Fact]
    public async Task Page_WithoutSeries_SaysSo() =>
        Assert.Contains("No nights to show.", Page.Parse(await HtmlOutput.RenderAsync(TrendReport.Of([], []))).Root!.Value, StringComparison.Ordinal);

    private static TrendHistory Stepped(string metric) => Nights.History(Nights.Points(Nights.Noisy(1, (40, 1), (8, 1.1))), metric: metric);

    [GeneratedRegex("<script type=\"application/json\" id=\"trend-data\">(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Data();
}
