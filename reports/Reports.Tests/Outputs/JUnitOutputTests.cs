using System.Xml.Linq;
using Lab.Contracts.Runs;
using Lab.Reports.Outputs;

namespace Lab.Reports.Tests.Outputs;

public sealed class JUnitOutputTests : RunsFixture
{
    [Fact]
    public void Verdicts_AreToldApart()
    {
        using var run = new SyntheticRun(Runs).Nightly();
        var root = XDocument.Parse(JUnitOutput.Render(RunSummary.Of(RunReader.Read(run.Directory)))).Root!;
        Assert.Equal("6 1 1 1", $"{(int)root.Attribute("tests")!} {(int)root.Attribute("failures")!} {(int)root.Attribute("errors")!} {(int)root.Attribute("skipped")!}");
        string? Outcome(string scenario) => root.Descendants("testcase").Single(test => (string)test.Attribute("name")! == scenario)
            .Elements().Select(element => element.Name.LocalName).FirstOrDefault(name => name != "system-out");
        Assert.Equal("failure", Outcome("HotPlug.DiskTwentyTimes"));
        Assert.Equal("error", Outcome("HotPlug.NicTwentyTimes"));
        Assert.Equal("skipped", Outcome("Resilience.ManagerKilled"));
        Assert.Null(Outcome("Boot.FromClonedVolume"));
    }

    [Fact]
    public void Reason_WithControlCharacters_StaysXml()
    {
        using var run = new SyntheticRun(Runs).Result("boot", "S", Verdict.Fail, "\u001b[31mpanic\u0000 ]]> & \ud800 😀");
        var failure = XDocument.Parse(JUnitOutput.Render(RunSummary.Of(RunReader.Read(run.Directory)))).Descendants("failure").Single();
        Assert.Contains("panic", failure.Value, StringComparison.Ordinal);
        Assert.Contains("😀", failure.Value, StringComparison.Ordinal);
    }
}
