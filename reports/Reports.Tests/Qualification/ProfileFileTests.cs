using Lab.Reports.Qualification.Profiles;
using Lab.Yaml;

namespace Lab.Reports.Tests.Qualification;

public sealed class ProfileFileTests
{
    private const string Head = """
        name: p
        version: "1.0"
        title: T
        suite: nightly
        requirements:

        """;

    private const string Start = "  - {id: R-1, group: g, title: t, level: MUST, source: [RFC 1], scenario: s";

    private static IReadOnlyList<YamlError> Errors(string text) => Assert.Throws<YamlFileException>(() => ProfileFile.Parse(text, "p.yaml")).Errors;

    [Fact]
    public void Parse_OfManyErrors_TellsAllOfThemWithTheirLines()
    {
        var errors = Errors("""
            name: Not A Name
            version: one
            titel: T
            suite: nightly
            sessions: 0
            requirements:
              - id: r1
                group: g
                title: t
                level: MAYBE
                scenario: s
                metric: boot.total
                limit: {at_most: fast}
              - id: R-2
                group: g
                title: t
                level: MUST
                source: [RFC 1]
            """);
        (long, string)[] expected =
        [
            (1, "name: 'Not A Name'"), (1, "title is missing"), (2, "version: 'one'"), (3, "titel is not known here"), (5, "sessions must be a number"),
            (7, "requirements[0].id: 'r1'"), (7, "requirements[0].source is missing"), (10, "'MAYBE' is not MUST, SHOULD or MAY"),
            (13, "requirements[0].limit.at_most: must be a number and a unit"), (14, "requirements[1].scenario is missing"),
        ];
        Assert.Equal(expected.Select(error => error.Item1), errors.Select(error => error.Line));
        foreach (var (line, message) in expected)
            Assert.Contains(errors, error => error.Line == line && error.Message.Contains(message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(", chekcs: [a]}", "chekcs is not known here")]
    [InlineData(", checks: []}", "must be a list with at least one entry")]
    [InlineData(", checks: [a], metric: m, limit: {at_most: 1 s}}", "make two of it")]
    [InlineData(", metric: m}", "limit is missing")]
    [InlineData(", metric: m, limit: {at_most: 1 s, at_least: 1 s}}", "exactly one of")]
    [InlineData(", metric: m, limit: {at_most: 1 parsec}}", "a number and a unit")]
    [InlineData(", metric: m, limit: {at_most: NaN s}}", "a number and a unit")]
    [InlineData(", metric: m, limit: {ratio_at_most: -1}}", "a positive number")]
    [InlineData(", metric: m, limit: {ratio_at_most: 1 s}}", "a positive number")]
    [InlineData(", metric: m, statistic: mean, limit: {at_most: 1 s}}", "'mean' is not median or a percentile")]
    [InlineData(", metric: m, statistic: p90, limit: {ratio_at_most: 2}}", "one of medians")]
    [InlineData(", metric: m, replicates: hours, limit: {at_most: 1 s}}", "'hours' is not iterations or sessions")]
    [InlineData(", metric: m, statistic: p95, confidence: 0.95, samples: 58, limit: {at_most: 1 s}}", "needs at least 59")]
    [InlineData(", metric: m, confidence: 0.95, samples: 4, limit: {at_most: 1 s}}", "needs at least 5")]
    [InlineData(", metric: m, confidence: 0.95, samples: 3, limit: {ratio_at_most: 1}}", "needs at least 4")]
    [InlineData(", metric: m, confidence: 2, samples: 9, limit: {at_most: 1 s}}", "must be a number from 0.5")]
    public void Parse_OfWhatCannotBe_SaysSoWithItsLine(string rest, string says)
    {
        var error = Assert.Single(Errors(Head + Start + rest));
        Assert.Equal(6, error.Line);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_OfTheSameIdTwice_NamesBothLines()
    {
        var error = Assert.Single(Errors($"{Head}{Start}}}\n{Start}}}"));
        Assert.Equal((7, "requirement R-1 is there already, in line 6"), (error.Line, error.Message));
    }

    [Fact]
    public void Load_OfAnUnknownName_TellsWhatIsShipped() => Assert.Contains(
        "dpu-baremetal-1.0", Assert.Throws<YamlFileException>(() => ProfileFile.Load("dpu-baremetal-9.9")).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_OfAChangedComment_ChangesTheDigest()
    {
        var profile = ProfileFile.Parse(Head + Start + "}", "p.yaml");
        Assert.Equal("p-1.0", profile.Id);
        Assert.NotEqual(profile.Digest, ProfileFile.Parse(Head + Start + "} # other", "p.yaml").Digest);
    }
}
