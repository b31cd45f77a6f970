using System.Diagnostics;
using System.Text.RegularExpressions;
using Lab.Reports.Html;

namespace Lab.Reports.Tests.Html;

/// <summary>A browser as judge: every chart is drawn, in the colours of either theme.</summary>
public sealed class BrowserTests : RunsFixture
{
    [Theory]
    [InlineData("light", 1, "#2a6fbb")]
    [InlineData("dark", 0, "#5aa2f0")]
    public async Task Report_InABrowser_DrawsEveryChart(string theme, int preferred, string colour)
    {
        using var run = new SyntheticRun(Runs).Nightly();
        var summary = await ReportWriter.WriteAsync(run.Directory, CancellationToken.None);
        var page = await DumpAsync(Path.Combine(run.Directory, ReportFiles.Html), preferred, Path.Combine(Runs, theme));
        var charts = Regex.Count(page, "class=\"chart\"");
        Assert.True(charts > 10, page[..Math.Min(page.Length, 2000)]);
        Assert.Equal(charts, Regex.Count(page, "<svg "));
        Assert.Contains($"fill=\"{colour}\"", page, StringComparison.OrdinalIgnoreCase);
        Assert.NotEmpty(summary.Metrics);
    }

    private static async Task<string> DumpAsync(string file, int preferredColorScheme, string profile)
    {
        string[] arguments =
        [
            "--headless", "--no-sandbox", "--disable-gpu", $"--user-data-dir={profile}", $"--blink-settings=preferredColorScheme={preferredColorScheme}",
            "--window-size=1240,2000", "--virtual-time-budget=5000", "--dump-dom", new Uri(file).AbsoluteUri,
        ];
        var start = new ProcessStartInfo("chromium", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var browser = Process.Start(start)!;
        try
        {
            var errors = browser.StandardError.ReadToEndAsync(limit.Token);
            var page = await browser.StandardOutput.ReadToEndAsync(limit.Token);
            await browser.WaitForExitAsync(limit.Token);
            Assert.True(browser.ExitCode == 0, await errors);
            return page;
        }
        finally
        {
            if (!browser.HasExited)
                browser.Kill(entireProcessTree: true);
        }
    }
}
