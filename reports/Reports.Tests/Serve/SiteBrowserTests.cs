using System.Net;
using Lab.Contracts.Runs;
using Lab.Reports.Serve;
using Lab.Reports.Store;
using Microsoft.Playwright;

namespace Lab.Reports.Tests.Serve;

/// <summary>A browser as judge of the served site: from the list to a comparison, and a run that goes on.</summary>
public sealed class SiteBrowserTests : RunsFixture, IAsyncLifetime
{
    private readonly List<string> _complaints = [];
    private ReportServer _server = null!;
    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;
    private IPage _page = null!;

    public async ValueTask InitializeAsync()
    {
        for (var seed = 1; seed <= 3; seed++)
            new SyntheticRun(Runs, seed).Nightly().Dispose();
        _server = await ReportServer.StartAsync(
            new ServeOptions(Runs, RunStore.DefaultLocation(Runs), new IPEndPoint(IPAddress.Loopback, 0), TimeProvider.System), TestContext.Current.CancellationToken);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox", "--disable-gpu"] });
        _page = await _browser.NewPageAsync(new() { BaseURL = _server.Address.AbsoluteUri });
        _page.SetDefaultTimeout(20_000);
        _page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                _complaints.Add(message.Text);
        };
        _page.PageError += (_, error) => _complaints.Add(error);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        await _server.DisposeAsync();
        Dispose();
    }

    [Fact]
    public async Task Reader_GoesFromTheListToReportsComparisonAndTrend()
    {
        await _page.GotoAsync("/");
        await _page.Locator("input[name=a]").Nth(0).CheckAsync();
        await _page.Locator("input[name=b]").Nth(1).CheckAsync();
        await _page.GetByRole(AriaRole.Button, new() { Name = "Compare A with B" }).ClickAsync();
        await _page.GetByText("boot.total").First.WaitForAsync();
        Assert.Contains("/compare?a=", _page.Url, StringComparison.Ordinal);

        await _page.GotoAsync("/");
        await _page.Locator("tbody a").First.ClickAsync();
        await _page.Locator("h2", new() { HasText = "Isolation" }).WaitForAsync();
        await _page.GetByRole(AriaRole.Link, new() { Name = "Trend" }).First.ClickAsync();
        await _page.Locator("h1", new() { HasText = "Trend" }).WaitForAsync();
        await _page.GetByRole(AriaRole.Link, new() { Name = "Qualification" }).First.ClickAsync();
        await _page.GetByText("There is no statement yet.").WaitForAsync();
        Assert.Empty(_complaints);
    }

    [Fact]
    public async Task Filter_OfTheList_HidesWhatDoesNotFit()
    {
        using (new SyntheticRun(Runs, 9, description => description with { Suite = "smoke" }).Complete())
            await _page.GotoAsync("/");
        Assert.Equal(4, await _page.Locator("tbody tr:visible").CountAsync());
        await _page.Locator("#filter").FillAsync("smoke");
        await Assertions.Expect(_page.Locator("tbody tr:visible")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Run_ThatGoesOn_IsFollowedLive()
    {
        await _page.GotoAsync("/live");
        await Assertions.Expect(_page.Locator("#live-state")).ToHaveTextAsync("connected");
        using var run = RunWriter.Create(Runs, SyntheticRun.Description, TimeProvider.System);
        run.Add(new ScenarioResult { Suite = "boot", Scenario = "boot-from-cloud-volume", Verdict = Verdict.Pass, Duration = 12.3 });
        await _page.GetByText("boot-from-cloud-volume").WaitForAsync();
        await Assertions.Expect(_page.Locator("#live-none")).ToBeHiddenAsync();
        run.Complete();
        await _page.GetByText("ended").WaitForAsync();
        Assert.Empty(_complaints);
    }
}
