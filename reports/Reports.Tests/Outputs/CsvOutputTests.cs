using System.Text.Json;
using Lab.Reports.Outputs;

namespace Lab.Reports.Tests.Outputs;

public sealed class CsvOutputTests : RunsFixture
{
    [Fact]
    public async Task Samples_ReadByAnotherParser_AreWhatWasMeasured()
    {
        var record = ExportedRun.Write(Runs);
        const string script = "import csv, io, json, sys; print(json.dumps(list(csv.DictReader(io.StringIO(sys.stdin.buffer.read().decode(), newline=''), strict=True))))";
        var (code, output) = await Judge.PythonAsync(script, CsvOutput.Render(record));
        Assert.True(code == 0, output);
        var rows = JsonSerializer.Deserialize<Dictionary<string, string>[]>(output)!;
        Assert.Equal(record.Samples.Select(sample => sample.Value), rows.Select(row => double.Parse(row["value"])));
        Assert.Equal(record.Samples.Select(sample => sample.Metric), rows.Select(row => row["metric"]));
        var odd = record.Samples.Single(sample => sample.Metric == "net.rtt");
        Assert.Equal(
            odd.Dimensions.OrderBy(entry => entry.Key, StringComparer.Ordinal),
            JsonSerializer.Deserialize<Dictionary<string, string>>(rows.Single(row => row["metric"] == "net.rtt")["dimensions"])!);
        var failed = rows.Single(row => row["outcome"] == "failed");
        Assert.Equal(("2026-03-01T01:00:00.0000000Z", "0.5", "", "2800000000"), (failed["t"], failed["stolen_cores"], failed["other_cores"], failed["frequency_hz"]));
    }

    [Fact]
    public void Text_ThatASpreadsheetWouldCompute_IsText_AndANegativeNumberStaysOne()
    {
        using var run = new SyntheticRun(Runs);
        run.Writer.Add(new Lab.Contracts.Runs.Sample
        {
            Metric = "m", Unit = "ratio", Better = Lab.Contracts.Runs.Better.None, Value = -1.5, Scenario = "=1+1", T = DateTimeOffset.UnixEpoch,
        });
        var line = CsvOutput.Render(Lab.Contracts.Runs.RunReader.Read(run.Directory)).Split("\r\n")[1];
        Assert.Contains(",'=1+1,", line, StringComparison.Ordinal);
        Assert.Contains(",-1.5,", line, StringComparison.Ordinal);
    }
}
