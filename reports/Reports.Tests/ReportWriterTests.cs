using System.Text.Json;
using Lab.Contracts.Runs;

namespace Lab.Reports.Tests;

public sealed class ReportWriterTests : RunsFixture
{
    [Fact]
    public async Task Report_Written_HasItsFourFilesAndCanBeWrittenAgain()
    {
        using var run = new SyntheticRun(Runs).Nightly();
        for (var i = 0; i < 2; i++)
            await ReportWriter.WriteAsync(run.Directory, CancellationToken.None);
        foreach (var file in new[] { "report.html", "junit.xml", "summary.md", "summary.json" })
            Assert.True(new FileInfo(Path.Combine(run.Directory, file)).Length > 0);
        Assert.Empty(Directory.GetFiles(run.Directory, "*.new"));

        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(run.Directory, "summary.json")));
        Assert.Equal(1, json.RootElement.GetProperty("verdicts").GetProperty("fail").GetInt32());
        Assert.Equal("lower", json.RootElement.GetProperty("metrics")[0].GetProperty("better").GetString());
        Assert.True(json.RootElement.GetProperty("metrics")[0].GetProperty("ratio").GetProperty("value").GetDouble() > 1);
    }

    [Fact]
    public async Task Report_OfADamagedRun_IsNotWritten()
    {
        using var run = new SyntheticRun(Runs).Nightly();
        File.AppendAllText(Path.Combine(run.Directory, "samples.jsonl"), "{\"metric\":");
        var error = await Assert.ThrowsAsync<RunRecordException>(() => ReportWriter.WriteAsync(run.Directory, CancellationToken.None));
        Assert.Contains("samples.jsonl:", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(run.Directory, "report.html")));
    }
}
