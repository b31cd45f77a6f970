using System.Text.Json;
using Lab.Reports.Outputs;

namespace Lab.Reports.Tests.Outputs;

public sealed class CtrfOutputTests : RunsFixture
{
    // python3-jsonschema judges by the schema that the project publishes in its npm package `ctrf` (0.3.0).
    private const string Script = """
        import json, sys
        from jsonschema import Draft7Validator
        Draft7Validator(json.load(open(sys.argv[1]))).validate(json.load(sys.stdin))
        """;

    private static Task<(int Code, string Output)> JudgeAsync(string document) =>
        Judge.PythonAsync(Script, document, Path.Combine(AppContext.BaseDirectory, "Outputs", "Schemas", "ctrf-schema-0.0.json"));

    [Fact]
    public async Task Document_OfARun_SatisfiesThePublishedSchema()
    {
        var document = CtrfOutput.Render(RunSummary.Of(ExportedRun.Write(Runs)));
        var (code, output) = await JudgeAsync(document);
        Assert.True(code == 0, output);
        Assert.NotEqual(0, (await JudgeAsync(document.Replace("\"failed\"", "\"broken\"", StringComparison.Ordinal))).Code);
    }

    [Fact]
    public void Verdicts_AreToldApart()
    {
        using var document = JsonDocument.Parse(CtrfOutput.Render(RunSummary.Of(ExportedRun.Write(Runs))));
        var results = document.RootElement.GetProperty("results");
        Assert.Equal(
            ["passed", "failed", "other", "skipped"],
            results.GetProperty("tests").EnumerateArray().Select(test => test.GetProperty("status").GetString()));
        var summary = results.GetProperty("summary");
        Assert.Equal((4, 1, 1, 1, 1), (Count("tests"), Count("passed"), Count("failed"), Count("other"), Count("skipped")));
        Assert.True(summary.GetProperty("stop").GetInt64() > summary.GetProperty("start").GetInt64());
        int Count(string name) => summary.GetProperty(name).GetInt32();
    }
}
