using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Lab.Reports.Qualification.Statements;

/// <summary>
/// Prints a page with a headless Chromium, so that page and print have one layout. The same page, fonts and Chromium give the same bytes:
/// the two dates the browser takes from its clock are set to the statement's.
/// </summary>
internal static partial class PdfPrinter
{
    private const string Browser = "chromium";
    private static readonly TimeSpan PrintLimit = TimeSpan.FromSeconds(120);

    /// <exception cref="PdfException">There is no such browser, or it did not print.</exception>
    public static async Task<byte[]> PrintAsync(string html, DateTimeOffset date, TimeProvider time, CancellationToken cancel)
    {
        var directory = Directory.CreateTempSubdirectory("lab-print-");
        try
        {
            var (page, print) = (Path.Combine(directory.FullName, "page.html"), Path.Combine(directory.FullName, "page.pdf"));
            await File.WriteAllTextAsync(page, html, cancel);
            await RunAsync(page, print, Path.Combine(directory.FullName, "profile"), time, cancel);
            return SetDates(await File.ReadAllBytesAsync(print, cancel), date);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>Sets CreationDate and ModDate (ISO 32000-1 §7.9.4), whose length never changes, so every offset in the file stays true.</summary>
    /// <exception cref="PdfException">The file has other dates than these two.</exception>
    internal static byte[] SetDates(byte[] pdf, DateTimeOffset date)
    {
        var text = Encoding.Latin1.GetString(pdf);
        var fixedText = Dates().Replace(text, match => string.Create(
            CultureInfo.InvariantCulture, $"/{match.Groups[1].Value} (D:{date.UtcDateTime:yyyyMMddHHmmss}+00'00')"));
        if (Dates().Count(text) != 2)
            throw new PdfException($"{Browser} wrote a PDF whose dates are not where they are expected; it would differ each time. Use --no-pdf, and tell which version of {Browser} it is");
        return Encoding.Latin1.GetBytes(fixedText);
    }

    private static async Task RunAsync(string page, string print, string profile, TimeProvider time, CancellationToken cancel)
    {
        // Tags name cells by numbers of the browser's own, which differ each time; whoever needs them reads the page.
        List<string> arguments =
        [
            "--headless", "--disable-gpu", "--no-first-run", "--disable-pdf-tagging", $"--user-data-dir={profile}", "--no-pdf-header-footer", $"--print-to-pdf={print}",
        ];
        // Chromium's sandbox does not start as root; the page is ours, has no script and may load nothing.
        if (Environment.IsPrivilegedProcess)
            arguments.Add("--no-sandbox");
        var start = new ProcessStartInfo(Browser, [.. arguments, new Uri(page).AbsoluteUri]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["TZ"] = "UTC";
        using var limit = new CancellationTokenSource(PrintLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        using var browser = Start(start);
        try
        {
            var said = browser.StandardError.ReadToEndAsync(either.Token);
            await browser.StandardOutput.ReadToEndAsync(either.Token);
            await browser.WaitForExitAsync(either.Token);
            if (browser.ExitCode != 0 || !File.Exists(print))
                throw new PdfException($"{Browser} did not print: {(await said).Trim()}");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new PdfException($"{Browser} did not print within {PrintLimit.TotalSeconds} s");
        }
        finally
        {
            if (!browser.HasExited)
                browser.Kill(entireProcessTree: true);
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new PdfException($"{Browser} prints the PDF and did not start ({error.Message}): apt-get install {Browser}, or use --no-pdf");
        }
    }

    [GeneratedRegex(@"/(CreationDate|ModDate) \(D:\d{14}\+00'00'\)")]
    private static partial Regex Dates();
}
