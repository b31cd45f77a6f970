using Lab.Contracts.Runs;

namespace Lab.Contracts.Tests.Runs;

public sealed class RunReaderTests : RunDirectoryFixture
{
    private string Written()
    {
        using var run = Create();
        run.Add(Sample);
        run.Add(Sample);
        run.Add(Span);
        run.Add(Result);
        run.Complete();
        return run.Directory;
    }

    [Fact]
    public void Directory_WithoutRunJson_IsNoRun()
    {
        var error = Assert.Throws<RunRecordException>(() => RunReader.Read(Runs));
        Assert.Contains("not a run directory", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("samples.jsonl", 2)]
    [InlineData("events.jsonl", 1)]
    [InlineData("results.jsonl", 1)]
    public void Line_CutOff_IsNamed(string file, int line)
    {
        var path = Path.Combine(Written(), file);
        File.WriteAllText(path, File.ReadAllText(path)[..^9]);
        var error = Assert.Throws<RunRecordException>(() => RunReader.Read(Path.GetDirectoryName(path)!));
        Assert.StartsWith($"{path}:{line}: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"metric":"m","unit":"s","better":"lower","value":1,"t":"2026-01-01T00:00:00Z","colour":"red"}""", "colour")]
    [InlineData("""{"metric":"m","unit":"s","better":"lower","t":"2026-01-01T00:00:00Z"}""", "value")]
    [InlineData("""{"metric":"m","unit":"s","better":"lower","value":1,"value":2,"t":"2026-01-01T00:00:00Z"}""", "value")]
    [InlineData("""{"metric":"m","unit":"s","better":0,"value":1,"t":"2026-01-01T00:00:00Z"}""", "better")]
    [InlineData("""{"metric":"m","unit":"s","better":"lower","value":"NaN","t":"2026-01-01T00:00:00Z"}""", "value")]
    [InlineData("""{"metric":"m","unit":"s","better":"lower","value":-1,"t":"2026-01-01T00:00:00Z"}""", "negative")]
    [InlineData("""{"metric":"m","unit":"s","better":"lower","value":1,"dimensions":null,"t":"2026-01-01T00:00:00Z"}""", "dimensions")]
    [InlineData("", "JSON")]
    [InlineData("null", "null")]
    public void Line_BreakingTheSchema_IsNamedWithTheMember(string line, string says)
    {
        var path = Path.Combine(Written(), "samples.jsonl");
        File.AppendAllText(path, line + "\n");
        var error = Assert.Throws<RunRecordException>(() => RunReader.Read(Path.GetDirectoryName(path)!));
        Assert.StartsWith($"{path}:3: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"schemaVersion\": 3", "newer")]
    [InlineData("\"schemaVersion\": 0", "older")]
    [InlineData("\"schemaVersion\": \"1\"", "schemaVersion")]
    [InlineData("\"futureVersion\": 1", "schemaVersion")]
    public void RunJson_OfAnotherVersion_IsRefused(string version, string says)
    {
        var path = Path.Combine(Written(), "run.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"schemaVersion\": 2", version, StringComparison.Ordinal));
        var error = Assert.Throws<RunRecordException>(() => RunReader.Read(Path.GetDirectoryName(path)!));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RunJson_WithAKeyThatDoesNotFollow_IsRefused()
    {
        var path = Path.Combine(Written(), "run.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"cores\": 2,", "\"cores\": 64,", StringComparison.Ordinal));
        var error = Assert.Throws<RunRecordException>(() => RunReader.Read(Path.GetDirectoryName(path)!));
        Assert.Contains("comparison key", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_Missing_ReadAsEmpty()
    {
        var run = Written();
        File.Delete(Path.Combine(run, "samples.jsonl"));
        File.Delete(Path.Combine(run, "results.jsonl"));
        var read = RunReader.Read(run);
        Assert.Empty(read.Samples);
        Assert.Empty(read.Results);
        Assert.Single(read.Events);
    }

    [Fact]
    public void Record_OfTheVersionBefore_IsStillRead()
    {
        var directory = Written();
        var path = Path.Combine(directory, "run.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"schemaVersion\": 2", "\"schemaVersion\": 1", StringComparison.Ordinal).Replace("\"labels\": {},", "", StringComparison.Ordinal));
        var run = RunReader.Read(directory);
        Assert.Equal(2, run.Samples.Count);
        Assert.All(run.Samples, sample => Assert.Equal(SampleOutcome.Ok, sample.Outcome));
    }

    [Fact]
    public void OutcomeAndConditions_ComeBackAsWritten()
    {
        using var run = Create();
        var failed = Sample with { Outcome = SampleOutcome.Failed, Conditions = new MachineConditions { StolenCores = 0.25, OtherCores = 0, Frequency = 2.1e9 } };
        run.Add(failed);
        run.Add(Sample);
        var read = RunReader.Read(run.Directory).Samples;
        Assert.Equal((failed.Outcome, failed.Conditions), (read[0].Outcome, read[0].Conditions));
        Assert.DoesNotContain("outcome", File.ReadLines(Path.Combine(run.Directory, "samples.jsonl")).Last(), StringComparison.Ordinal);
        Assert.Throws<RunRecordException>(() => run.Add(Sample with { Conditions = new MachineConditions { StolenCores = -1 } }));
        Assert.Throws<RunRecordException>(() => run.Add(Sample with { Conditions = new MachineConditions { Frequency = double.NaN } }));
    }
}
