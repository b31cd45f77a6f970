using System.Text;
using Lab.Reports.Outputs;

namespace Lab.Reports.Tests.Outputs;

public sealed class RunExportTests : RunsFixture
{
    public static TheoryData<string> TextFormats => [.. RunExport.Formats.Where(format => !RunExport.IsBinary(format))];

    // To renew after a wanted change: LAB_GOLDEN=<directory of the golden files> with this test.
    [Theory, MemberData(nameof(TextFormats))]
    public async Task Run_Exported_IsTheGoldenFile(string format)
    {
        var record = ExportedRun.Write(Runs);
        // Ids are made up anew for each run.
        var text = Encoding.UTF8.GetString(await RunExport.RenderAsync(record, format, CancellationToken.None))
            .Replace(record.Info.Id, "RUN", StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("LAB_GOLDEN") is { } golden)
            await File.WriteAllTextAsync(Path.Combine(golden, format + ".golden"), text);
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Outputs", "Golden", format + ".golden")), text);
    }

    [Fact]
    public async Task Format_Unknown_IsRefusedAndTheKnownNamed()
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => RunExport.RenderAsync(ExportedRun.Write(Runs), "xls", CancellationToken.None));
        Assert.Contains("parquet", error.Message, StringComparison.Ordinal);
    }
}
