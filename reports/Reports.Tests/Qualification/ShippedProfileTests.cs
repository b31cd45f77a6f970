using System.Reflection;
using System.Text.RegularExpressions;
using Lab.Contracts.Runs;
using Lab.Reports.Qualification.Profiles;
using Lab.Reports.Qualification.Statements;

namespace Lab.Reports.Tests.Qualification;

/// <summary>The shipped profile asks for what the lab's scenarios really measure.</summary>
public sealed partial class ShippedProfileTests : QualificationFixture
{
    private static readonly string Sources = string.Join('\n', Directory
        .EnumerateFiles(Path.Combine(Root(AppContext.BaseDirectory), "scenarios", "Scenarios"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal)).Select(File.ReadAllText));

    public static TheoryData<string> Ids => [.. ShippedProfiles.Ids];

    [Fact]
    public void Profile_OverThreeGoodSessions_IsQualified()
    {
        var statement = Shipped3();
        Assert.All(statement.Requirements, finding => Assert.True(finding.Outcome == Outcome.Pass, $"{finding.Id}: {finding.Reason}"));
        Assert.Equal(QualificationVerdict.Qualified, statement.Verdict);
    }

    [Theory, MemberData(nameof(Ids))]
    public void Profile_NamesScenarios_ThatTheNightlyHas(string id)
    {
        var scenarios = NightlyScenario().Matches(Sources).Select(match => match.Groups[1].Value).ToHashSet();
        var profile = ProfileFile.Load(id);
        Assert.Equal("nightly", profile.Suite);
        Assert.Empty(profile.Requirements.Select(requirement => ScenarioOf(requirement.Criterion)).Except(scenarios));
    }

    [Theory, MemberData(nameof(Ids))]
    public void Profile_NamesMetricsAndDimensions_ThatAreKnown(string id)
    {
        static HashSet<string> Constants(Type type) =>
            [.. type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!)];
        var (metrics, dimensions) = (Constants(typeof(MetricNames)), Constants(typeof(MetricNames.Dimensions)));
        foreach (var metric in ProfileFile.Load(id).Requirements.Select(requirement => requirement.Criterion).OfType<Criterion.Metric>())
        {
            Assert.Contains(metric.Name, metrics);
            Assert.Empty(metric.Dimensions.Keys.Except(dimensions));
            Assert.All(metric.Dimensions.Values, value => Assert.Matches($"\"{Regex.Escape(value)}\"", Sources + $"\"{MetricNames.Dimensions.OfSoc}\""));
        }
    }

    [Fact]
    public void Checks_OfTheSyntheticNightly_AreMadeByScenarios()
    {
        // So that globs which fit the synthetic nightly fit a real one.
        var made = CheckName().Matches(Sources)
            .Select(match => new Regex($"^{Regex.Replace(Regex.Escape(match.Groups[1].Value), @"\\\{.*?\}", ".+")}$")).ToList();
        var names = RunReader.Read(new NightlySession().Write(Runs)).Results.SelectMany(result => result.Checks).Select(check => check.Name).ToList();
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Contains(made, pattern => pattern.IsMatch(name)));
    }

    [Theory, MemberData(nameof(Ids))]
    public void Profile_HasASource_ForEveryRequirement(string id) =>
        Assert.All(ProfileFile.Load(id).Requirements, requirement => Assert.NotEmpty(requirement.Sources));

    [Fact]
    public void Profile_WithNothingMeasured_IsIncompleteAndSaysWhy()
    {
        var statement = Shipped3(session => session.Absent.Add("deleted-volume"));
        Assert.Equal(QualificationVerdict.Incomplete, statement.Verdict);
        var finding = Finding(statement, "ISO-10");
        Assert.Equal(Outcome.NotTested, finding.Outcome);
        Assert.Equal("tested in 0 of at least 3 sessions: deleted-volume did not run", finding.Reason);
    }

    private static string ScenarioOf(Criterion criterion) => criterion switch
    {
        Criterion.Passes passes => passes.Scenario,
        Criterion.Checks checks => checks.Scenario,
        Criterion.Metric metric => metric.Scenario,
        _ => throw new InvalidOperationException(),
    };

    private static string Root(string folder) =>
        File.Exists(Path.Combine(folder, "Lab.sln")) ? folder : Root(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Lab.sln is not above the test"));

    [GeneratedRegex("""Trait\("suite", "nightly"\)\]\s+public Task \w+\(\) => RunAsync\("([a-z-]+)",""")]
    private static partial Regex NightlyScenario();

    [GeneratedRegex("""Name = \$?"([^"]+)",""")]
    private static partial Regex CheckName();
}
