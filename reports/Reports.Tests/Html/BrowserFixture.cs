using Lab.Contracts.Runs;
using Lab.Reports.Comparison;
using Lab.Reports.Html;
using Microsoft.Playwright;

namespace Lab.Reports.Tests.Html;

/// <summary>
/// One browser (Debian's chromium, driven by Playwright with the node that its package brings) and two pages of made-up runs for all
/// tests of a class.
/// </summary>
public sealed class BrowserFixture : RunsFixture, IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public Uri Report { get; private set; } = null!;

    public Uri Comparison { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        using var a = new SyntheticRun(Runs).Nightly();
        // Boots a half slower, everything else as it was.
        using var b = new SyntheticRun(Runs, 2).Nightly().Values("boot.total", Units.Second, Better.Lower, SampleRole.Subject, SyntheticRun.Map(), [.. Enumerable.Range(0, 40).Select(i => 30 + i * 0.01)]);
        await ReportWriter.WriteAsync(a.Directory, CancellationToken.None);
        Report = new Uri(Path.Combine(a.Directory, ReportFiles.Html));
        var page = Path.Combine(Runs, "comparison.html");
        var comparison = RunComparison.Of(RunReader.Read(a.Directory), RunReader.Read(b.Directory));
        await File.WriteAllTextAsync(page, await HtmlOutput.RenderAsync(comparison, run => run.Id == Path.GetFileName(a.Directory) ? $"{run.Id}/{ReportFiles.Html}" : null));
        Comparison = new Uri(page);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox", "--disable-gpu"] });
    }

    /// <summary>Opens a page in a profile of its own; whatever it asks of a network or complains about is noted in the list.</summary>
    public async Task<(IPage Page, List<string> Complaints)> OpenAsync(Uri uri, ColorScheme scheme = ColorScheme.Light, int width = 1400)
    {
        var page = await _browser!.NewPageAsync(new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 900 } });
        page.SetDefaultTimeout(20_000);
        List<string> complaints = [];
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                complaints.Add(message.Text);
        };
        page.PageError += (_, error) => complaints.Add(error);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(new UriBuilder(uri) { Fragment = "" }.Uri.AbsoluteUri, StringComparison.Ordinal))
                complaints.Add("asked for " + request.Url);
        };
        await page.GotoAsync(uri.AbsoluteUri);
        return (page, complaints);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        Dispose();
    }
}
