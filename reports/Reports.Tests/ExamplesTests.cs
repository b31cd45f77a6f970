using System.Text.RegularExpressions;
using Lab.Reports.Outputs;
using YamlDotNet.RepresentationModel;

namespace Lab.Reports.Tests;

/// <summary>The CI examples: what a reader copies must at least be what the tools take.</summary>
public sealed partial class ExamplesTests
{
    private static readonly string Directory = Path.Combine(AppContext.BaseDirectory, "examples");

    private static YamlMappingNode Parse(string file)
    {
        using var reader = new StreamReader(Path.Combine(Directory, file));
        var yaml = new YamlStream();
        yaml.Load(reader);
        return (YamlMappingNode)Assert.Single(yaml.Documents).RootNode;
    }

    private static YamlNode At(YamlNode node, params string[] path) => path.Aggregate(node, (inner, key) => inner[key]);

    [Fact]
    public void GitHubActions_Parses_AndEachStepRunsOrUsesSomething()
    {
        var steps = (YamlSequenceNode)At(Parse("github-actions.yml"), "jobs", "lab", "steps");
        Assert.All(steps.Cast<YamlMappingNode>(), step => Assert.True(step.Children.ContainsKey("run") ^ step.Children.ContainsKey("uses")));
        Assert.Contains(steps, step => step.ToString().Contains("./lab.sh run", StringComparison.Ordinal));
    }

    [Fact]
    public void GitLab_Parses_AndItsReportIsTheOneExported()
    {
        var job = At(Parse(".gitlab-ci.yml"), "lab");
        Assert.Equal("junit.xml", At(job, "artifacts", "reports", "junit").ToString());
        Assert.Contains((YamlSequenceNode)At(job, "after_script"), line => line.ToString().Contains("--out junit.xml", StringComparison.Ordinal));
        Assert.All((YamlSequenceNode)At(job, "script"), line => Assert.IsType<YamlScalarNode>(line));
    }

    [Theory]
    [InlineData("github-actions.yml")]
    [InlineData(".gitlab-ci.yml")]
    [InlineData("Jenkinsfile")]
    public void Example_RunsComparesGatesAndExports_InFormatsThereAre(string file)
    {
        var text = File.ReadAllText(Path.Combine(Directory, file));
        Assert.Equal(["compare", "export", "gate", "run"], LabCommand().Matches(text).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal));
        Assert.All(Format().Matches(text), match => Assert.Contains(match.Groups[1].Value, RunExport.Formats));
        Assert.Equal(text.Count(character => character == '{'), text.Count(character => character == '}'));
    }

    [GeneratedRegex(@"\./lab\.sh (\w+)")]
    private static partial Regex LabCommand();

    [GeneratedRegex(@"--format (\w+)")]
    private static partial Regex Format();
}
