using Lab.Reports.Outputs;

namespace Lab.Reports.Tests.Outputs;

public sealed class OpenMetricsOutputTests : RunsFixture
{
    private string Render() => OpenMetricsOutput.Render(RunSummary.Of(ExportedRun.Write(Runs)));

    // Debian's prometheus: its linter reads the older text format, of which this is a part.
    [Fact]
    public async Task Text_SatisfiesPromtool()
    {
        var (code, output) = await Judge.RunAsync("/usr/bin/promtool", ["check", "metrics"], Render());
        Assert.True(code == 0, output);
        Assert.NotEqual(0, (await Judge.RunAsync("/usr/bin/promtool", ["check", "metrics"], Render().Replace("role=", "=", StringComparison.Ordinal))).Code);
    }

    // Debian's python3-prometheus-client: a strict parser of OpenMetrics itself.
    [Fact]
    public async Task Text_ReadByAnotherParser_HasTheValuesInBaseUnits()
    {
        const string script = """
            import sys
            from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
            for family in parse(sys.stdin.read()):
                for sample in family.samples:
                    labels = ",".join(f"{k}={v!r}" for k, v in sorted(sample.labels.items()) if k not in ("suite", "testbed"))
                    print(family.name, family.type, family.unit, sample.name, labels, sample.value)
                    assert sample.name == "lab_run_info" or sample.labels["testbed"] == 'rack "7" \\ é', sample
            """;
        var (code, output) = await Judge.PythonAsync(script, Render());
        Assert.True(code == 0, output);
        Assert.Contains("lab_boot_total_seconds gauge seconds lab_boot_total_seconds role='subject',statistic='median' 6.75\n", output, StringComparison.Ordinal);
        Assert.Contains("lab_measured_operations metric='boot.total',unit='s' 2\n", output, StringComparison.Ordinal);
        Assert.Contains("lab_net_rtt_seconds gauge seconds lab_net_rtt_seconds dimension_role='x',dimension_work_load=", output, StringComparison.Ordinal);
        Assert.Contains("lab_net_bandwidth_bytes_per_second role='subject',statistic='max' 1000000000\n", output, StringComparison.Ordinal);
        Assert.Contains("lab_baseline_ratio metric='boot.total',unit='s' 1.35\n", output, StringComparison.Ordinal);
        Assert.Contains("lab_failed_operations metric='boot.total',unit='s' 1\n", output, StringComparison.Ordinal);
        Assert.Contains("lab_scenarios verdict='error' 1\n", output, StringComparison.Ordinal);
    }
}
