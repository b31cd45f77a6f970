using System.Diagnostics;
using Lab.Contracts.Runs;

namespace Lab.Contracts.Tests.Runs;

public sealed class RunSchemaTests : RunDirectoryFixture
{
    public static TheoryData<string> Names => [.. RunSchema.Names];

    [Theory, MemberData(nameof(Names))]
    public void Schema_Published_IsTheOneOfTheTypes(string name) => Assert.Equal(RunSchema.Export(name), RunSchema.Published(name));

    [Fact]
    public async Task Record_Written_SatisfiesTheSchemaInTheEyesOfAnotherValidator()
    {
        using var run = Create();
        run.Add(Sample);
        run.Add(Sample with { Role = SampleRole.Baseline, Attributes = new Dictionary<string, string> { ["cycle"] = "3" } });
        run.Add(Span);
        run.Add(Result);
        run.Complete();
        var (code, output) = await JudgeAsync(run.Directory);
        Assert.True(code == 0, output);
        Assert.Contains("5 records", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("samples.jsonl", "\"unit\":\"s\"", "\"unit\":\"furlong\"")]
    [InlineData("samples.jsonl", "\"value\":6.1", "\"value\":\"6.1\"")]
    [InlineData("samples.jsonl", "\"value\":6.1", "\"other\":6.1")]
    [InlineData("events.jsonl", "\"duration\":0.25", "\"duration\":-0.25")]
    [InlineData("results.jsonl", "\"verdict\":\"fail\"", "\"verdict\":\"maybe\"")]
    [InlineData("results.jsonl", "\"scenario\":\"Boot.FromVolume\"", "\"scenario\":\"\"")]
    [InlineData("run.json", "\"schemaVersion\": 2", "\"schemaVersion\": 3")]
    public async Task Record_Spoilt_IsRefusedByReaderAndSchemaAlike(string file, string right, string wrong)
    {
        using var run = Create();
        run.Add(Sample);
        run.Add(Span);
        run.Add(Result);
        var path = Path.Combine(run.Directory, file);
        var text = File.ReadAllText(path);
        Assert.Contains(right, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(right, wrong, StringComparison.Ordinal));
        Assert.Throws<RunRecordException>(() => RunReader.Read(run.Directory));
        Assert.NotEqual(0, (await JudgeAsync(run.Directory)).Code);
    }

    // python3-jsonschema is the foreign judge.
    private async Task<(int Code, string Output)> JudgeAsync(string run)
    {
        var schemas = Path.Combine(Runs, "schemas");
        Directory.CreateDirectory(schemas);
        foreach (var name in RunSchema.Names)
            await File.WriteAllTextAsync(Path.Combine(schemas, name), RunSchema.Published(name));
        const string script = """
            import json, sys
            from jsonschema import Draft202012Validator
            schemas, run = sys.argv[1:]
            count = 0
            for name, file in (("run", "run.json"), ("sample", "samples.jsonl"), ("event", "events.jsonl"), ("result", "results.jsonl")):
                schema = json.load(open(f"{schemas}/{name}.schema.json"))
                Draft202012Validator.check_schema(schema)
                text = open(f"{run}/{file}").read()
                for record in [text] if name == "run" else text.splitlines():
                    Draft202012Validator(schema).validate(json.loads(record))
                    count += 1
            print(count, "records")
            """;
        var start = new ProcessStartInfo("/usr/bin/python3", ["-c", script, schemas, run]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var python = Process.Start(start)!;
        var error = python.StandardError.ReadToEndAsync();
        var output = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();
        return (python.ExitCode, output + await error);
    }
}
