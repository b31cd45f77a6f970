using System.Xml.Linq;
using Lab.Contracts.Runs;
using Lab.Reports.Html;
using Lab.Reports.Qualification;
using Lab.Reports.Qualification.Profiles;
using Lab.Reports.Qualification.Statements;
using Lab.Reports.Tests.Html;

namespace Lab.Reports.Tests.Qualification;

public sealed class QualificationPageTests : QualificationFixture
{
    [Fact]
    public async Task Page_SaysVerdictAndEveryRequirement_AndIsSelfContained()
    {
        var statement = Shipped3(session =>
        {
            session.Broken.Add("spoofed MAC on the uplink");
            session.Absent.Add("tenants-same-subnet");
            session.Failed[MetricNames.HotPlugRemoved] = 2;
        }, [new Deviation("ISO-4", "no <second> tenant here", "Ada", new DateOnly(2026, 2, 3))]);
        var html = await HtmlOutput.RenderAsync(statement, links: true);
        var page = Page.Parse(html);
        Assert.Contains("NOT QUALIFIED", page.Root!.Value, StringComparison.Ordinal);
        Assert.All(statement.Requirements, finding => Assert.Single(page.Descendants(), element => (string?)element.Attribute("id") == finding.Id));
        Assert.Empty(page.Descendants("script"));
        Assert.Empty(page.Descendants("link"));
        Assert.DoesNotContain(page.Descendants().Attributes(), attribute => attribute.Name.LocalName is "src" or "srcset" or "action" or "style");
        Assert.All(page.Descendants().Attributes("href"), link => Assert.StartsWith("../", link.Value, StringComparison.Ordinal));
        Assert.DoesNotContain("<second>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", html, StringComparison.Ordinal);
        Assert.Contains("114 values, 6 failed", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_ForPrint_HasNoLinksAndHidesNothing()
    {
        var page = Page.Parse(await HtmlOutput.RenderAsync(Shipped3(), links: false));
        Assert.Empty(page.Descendants("a"));
        Assert.All(page.Descendants("details"), details => Assert.NotNull(details.Attribute("open")));
    }

    [Fact]
    public async Task Comparison_OfTwoDevices_ShowsWhereTheyDiffer()
    {
        NightlySession[] Sessions(string device, bool leaks) => [.. Enumerable.Range(0, 3).Select(_ =>
        {
            var session = new NightlySession { Description = run => run with { Labels = SyntheticRun.Map(("device", device), ("device.firmware", "1.2")) } };
            if (leaks)
                session.Broken.Add("taps after 80 cycles");
            return session;
        })];
        var (good, bad) = (Judge(Shipped, Sessions("Card A", leaks: false)), Judge(Shipped, Sessions("Card <B>", leaks: true)));
        Assert.Equal("1.2", good.Device.Labels["device.firmware"]);
        var comparison = StatementComparison.Of([good, bad]);
        Assert.Equal(["PLUG-1", "PLUG-2", "PLUG-3", "PLUG-4"], comparison.Requirements.Where(requirement => requirement.Differs).Select(requirement => requirement.Id));
        var html = await HtmlOutput.RenderAsync(comparison);
        var page = Page.Parse(html);
        Assert.Equal(4, page.Descendants("tr").Count(row => (string?)row.Attribute("class") == "differs"));
        Assert.Contains("Card A", page.Root!.Value, StringComparison.Ordinal);
        Assert.DoesNotContain("Card <B>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Comparison_OverOtherProfiles_IsRefused()
    {
        var (one, other) = (Evaluate(ProfileOf("scenario: deleted-volume"), [], new NightlySession()), Evaluate(ProfileOf("scenario: hot-plug-nic"), [], new NightlySession()));
        var message = Assert.Throws<QualificationException>(() => StatementComparison.Of([one, other])).Message;
        Assert.Contains($"held against small-1 ({one.Profile.Sha256[..12]})", message, StringComparison.Ordinal);
        Assert.Contains("at least two", Assert.Throws<QualificationException>(() => StatementComparison.Of([one])).Message, StringComparison.Ordinal);
    }
}
