using Microsoft.Playwright;

namespace Lab.Reports.Tests.Html;

/// <summary>A browser as judge of what the pages do.</summary>
public sealed class BrowserTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private const string Printing = "() => dispatchEvent(new Event('beforeprint'))";

    private static Task<int> VisibleAsync(IPage page, string selector) => page.Locator(selector).And(page.Locator(":visible")).CountAsync();

    private static Task<string> HashAsync(IPage page) => page.EvaluateAsync<string>("() => decodeURIComponent(location.hash)");

    [Theory]
    [InlineData(ColorScheme.Light, "rgb(0,114,178)")]
    [InlineData(ColorScheme.Dark, "rgb(86,180,233)")]
    public async Task Charts_AreDrawnWhenSeen_InTheColoursOfTheTheme(ColorScheme scheme, string colour)
    {
        var (page, complaints) = await browser.OpenAsync(browser.Report, scheme);
        await page.Locator("svg").First.WaitForAsync();
        var charts = await page.Locator(".chart").CountAsync();
        Assert.InRange(await page.Locator(".chart svg").CountAsync(), 1, charts - 1);
        var folded = await page.Locator("details:not([open]):not(.figures) .chart").CountAsync();
        await page.Locator(".chart .surface").Last.ScrollIntoViewIfNeededAsync();
        await page.Locator(".chart").Last.Locator("svg").First.WaitForAsync();
        Assert.Contains(colour, (await page.InnerHTMLAsync("main")).Replace(", ", ",", StringComparison.Ordinal), StringComparison.Ordinal);
        await page.EvaluateAsync(Printing);
        Assert.Equal(charts - folded, await page.Locator(".chart svg").CountAsync());
        Assert.Empty(complaints);
        await page.CloseAsync();
    }

    [Fact]
    public async Task Filter_OfWords_LeavesWhatHoldsThem()
    {
        var (page, complaints) = await browser.OpenAsync(browser.Report);
        var all = await VisibleAsync(page, "[data-filter]");
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("seen disk");
        Assert.True(await page.Locator("#filter").EvaluateAsync<bool>("box => box === document.activeElement"));
        var left = await page.Locator("[data-filter]:visible").EvaluateAllAsync<string[]>("all => all.map(one => one.dataset.filter)");
        Assert.InRange(left.Length, 1, all - 1);
        Assert.All(left, text => Assert.True(text.Contains("seen", StringComparison.Ordinal) && text.Contains("disk", StringComparison.Ordinal), text));
        Assert.StartsWith($"{left.Length} of ", await page.InnerTextAsync("#filter-count"), StringComparison.Ordinal);
        await page.Keyboard.PressAsync("Escape");
        Assert.Equal(all, await VisibleAsync(page, "[data-filter]"));
        Assert.Empty(complaints);
        await page.CloseAsync();
    }

    [Fact]
    public async Task Permalink_LeadsToItsMetric_AndCanBeCopied()
    {
        var (page, complaints) = await browser.OpenAsync(new Uri(browser.Report + "#metric-hotplug.seen:s,device=nic"));
        var target = page.Locator(":target");
        Assert.Equal("hotplug.seen · device=nic", await target.GetAttributeAsync("data-filter"));
        Assert.InRange((await target.BoundingBoxAsync())!.Y, 0, 500);
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await page.Locator("[id='metric-boot.total:s'] .permalink").ClickAsync();
        await page.GetByText("Link copied.").WaitForAsync();
        Assert.Equal("#metric-boot.total:s", await HashAsync(page));
        Assert.EndsWith("#metric-boot.total:s", await page.EvaluateAsync<string>("() => navigator.clipboard.readText()"), StringComparison.Ordinal);
        Assert.Empty(complaints);
        await page.CloseAsync();
    }

    [Fact]
    public async Task Keys_MoveBetweenMetrics_AndTellAboutThemselves()
    {
        var (page, complaints) = await browser.OpenAsync(browser.Report);
        Task<string> Here() => page.EvaluateAsync<string>("() => document.activeElement.dataset.filter ?? ''");
        await page.Keyboard.PressAsync("j");
        var first = await Here();
        await page.Keyboard.PressAsync("ArrowDown");
        var second = await Here();
        Assert.NotEqual("", first);
        Assert.NotEqual(first, second);
        await page.Keyboard.PressAsync("k");
        Assert.Equal(first, await Here());
        await page.Keyboard.PressAsync("?");
        await page.Locator("dialog[open]").WaitForAsync();
        await page.Keyboard.PressAsync("Escape");
        Assert.Equal(0, await page.Locator("dialog[open]").CountAsync());
        await page.EvaluateAsync("() => document.activeElement.blur()");
        await page.ReloadAsync();
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("Skip to the content", await page.EvaluateAsync<string>("() => document.activeElement.textContent"));
        Assert.Empty(complaints);
        await page.CloseAsync();
    }

    [Fact]
    public async Task Theme_Chosen_IsUsedAndKept()
    {
        var (page, complaints) = await browser.OpenAsync(browser.Report);
        Task<string> Background() => page.EvaluateAsync<string>("() => getComputedStyle(document.documentElement).backgroundColor");
        var light = await Background();
        await page.ClickAsync("#theme");
        Assert.Equal("Theme: light", await page.InnerTextAsync("#theme"));
        Assert.Equal(light, await Background());
        await page.Keyboard.PressAsync("t");
        Assert.Equal("Theme: dark", await page.InnerTextAsync("#theme"));
        Assert.NotEqual(light, await Background());
        await page.ReloadAsync();
        Assert.Equal("Theme: dark", await page.InnerTextAsync("#theme"));
        Assert.Empty(complaints);
        await page.CloseAsync();
    }

    [Fact]
    public async Task Figures_OfAChart_AreATableToo()
    {
        var (page, complaints) = await browser.OpenAsync(browser.Report);
        var card = page.Locator("[id='metric-hotplug.seen:s,device=disk']");
        await card.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await card.Locator("table").WaitForAsync();
        // Median, its interval, and twenty cycles.
        Assert.Equal(22, await card.Locator("tbody tr").CountAsync());
        Assert.Equal(["Number", "measured", "baseline"], await card.Locator("thead th").AllInnerTextsAsync());
        Assert.Empty(complaints);
        await page.CloseAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Page_OnANarrowScreen_IsNoWiderThanIt(bool comparison)
    {
        var (page, complaints) = await browser.OpenAsync(comparison ? browser.Comparison : browser.Report, width: 390);
        Assert.Equal(390, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
        Assert.Empty(complaints);
        await page.CloseAsync();
    }

    [Fact]
    public async Task Comparison_ByVerdict_ShowsTheMetricsOfOneAndLinksToTheReport()
    {
        var (page, complaints) = await browser.OpenAsync(browser.Comparison);
        Assert.Contains("metrics regressed: boot.total (+", await page.InnerTextAsync(".headline"), StringComparison.Ordinal);
        await page.Locator(".chips [data-verdict=regressed]").ClickAsync();
        var left = await page.Locator("[data-verdict]:visible:not(button)").EvaluateAllAsync<string[]>("all => all.map(one => one.dataset.verdict)");
        Assert.NotEmpty(left);
        Assert.All(left, verdict => Assert.Equal("regressed", verdict));
        await page.Locator("[id='metric-boot.total:s'] .evidence a").ClickAsync();
        Assert.Equal("boot.total", await page.Locator(":target").GetAttributeAsync("data-filter"));
        Assert.Equal(["asked for " + browser.Report.AbsoluteUri], complaints.Select(complaint => complaint.Split('#')[0]).Distinct());
        await page.CloseAsync();
    }
}
