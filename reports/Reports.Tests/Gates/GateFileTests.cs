using Lab.Contracts.Runs;
using Lab.Reports.Gates;
using Lab.Yaml;

namespace Lab.Reports.Tests.Gates;

public sealed class GateFileTests
{
    [Fact]
    public void File_OfEveryKindOfLimit_IsRead()
    {
        var rules = GateFile.Parse(
            """
            gates:
              - {metric: boot.total, ratio: {max: 1.4}}
              - {metric: hotplug.seen, where: {device: disk}, median: {max: 250ms}, p95: {max: 0.4 s}}
              - {metric: disk.iops, ratio: {min: 0.5}}
              - {metric: "*", failures: {max: 0}}
              - {metric: "boot.*", change: {max: 10%}, required: false}
            """, "t.yaml");
        Assert.Equal(
            [GateStatistic.Ratio, GateStatistic.Median, GateStatistic.P95, GateStatistic.Ratio, GateStatistic.Failures, GateStatistic.Change],
            rules.Select(rule => rule.Statistic));
        Assert.Equal(0.25, rules[1].Limit.In(Units.Second)!.Value, 12);
        Assert.Equal("disk", rules[1].Where["device"]);
        Assert.True(rules[3].IsLeast);
        Assert.Equal(0.1, rules[5].Limit.In(Units.Ratio)!.Value, 12);
        Assert.Equal([true, false], new[] { rules[0].Required, rules[5].Required });
    }

    [Fact]
    public void File_WithErrors_NamesAllOfThemWithLines()
    {
        var error = Assert.Throws<YamlFileException>(() => GateFile.Parse(
            """
            gates:
              - {metric: boot.total}
              - {ratio: {max: 1.4}}
              - {metric: a, median: {max: soon}}
              - {metric: b, ratio: {max: 3 ms}}
              - {metric: c, median: {}}
              - {metric: d, change: {max: 10%, min: 2%}}
              - {metric: e, ratio: {most: 1}}
              - {metric: f, failures: {max: 0}, colour: red}
            """, "t.yaml"));
        Assert.Equal([2, 3, 4, 5, 6, 7, 8, 8, 9], error.Errors.Select(e => e.Line));
        Assert.Contains("t.yaml:4: gates[2].median.max: 'soon' is no number with a unit", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("250ms", Units.Second, 0.25)]
    [InlineData("250ms", Units.Millisecond, 250)]
    [InlineData("1.5 s", Units.Millisecond, 1500)]
    [InlineData("2 MiB/s", Units.BytePerSecond, 2097152)]
    [InlineData("1e3iops", Units.OperationPerSecond, 1000)]
    [InlineData("7", Units.Core, 7)]
    public void Limit_InTheUnitOfItsMetric_IsConverted(string text, string unit, double value) =>
        Assert.Equal(value, GateLimit.Parse(text)!.In(unit)!.Value, 12);

    [Theory]
    [InlineData("1 iops", Units.Second)]
    [InlineData("1 s", Units.BytePerSecond)]
    public void Limit_InAnotherKindOfUnit_IsNone(string text, string unit) => Assert.Null(GateLimit.Parse(text)!.In(unit));

    [Theory]
    [InlineData("")]
    [InlineData("ms")]
    [InlineData("1.2.3")]
    [InlineData("1e999")]
    [InlineData("-3")]
    [InlineData("3 fortnights")]
    public void Limit_ThatIsNoNumberWithAUnit_IsRefused(string text) => Assert.Null(GateLimit.Parse(text));
}
