using Lab.Contracts.Runs;

namespace Lab.Reports.Outputs;

/// <summary>
/// Scenarios as a Common Test Report Format document (https://ctrf.io, specification 0.0). CTRF has no word for a broken lab: an
/// error is "other", so that no reader takes it for a failure of the system under test.
/// </summary>
public static class CtrfOutput
{
    private const string SpecVersion = "0.0.0";

    public static string Render(RunSummary summary)
    {
        var (run, counts) = (summary.Run, summary.Verdicts);
        return JsonOutput.Render(new
        {
            ReportFormat = "CTRF",
            SpecVersion,
            RunId = run.Id,
            GeneratedBy = "lab",
            Results = new
            {
                Tool = new { Name = "lab" },
                Summary = new
                {
                    Tests = counts.Total,
                    Passed = counts.Pass,
                    Failed = counts.Fail,
                    Skipped = counts.Skip,
                    Pending = 0,
                    Other = counts.Error,
                    Suites = summary.Results.Select(result => result.Suite).Distinct().Count(),
                    Start = run.StartedAt.ToUnixTimeMilliseconds(),
                    // Of a run that was killed, what its scenarios took is known.
                    Stop = (run.EndedAt ?? run.StartedAt.AddSeconds(summary.Results.Sum(result => result.Duration))).ToUnixTimeMilliseconds(),
                },
                Tests = summary.Results.Select(Test),
                Environment = new
                {
                    ReportName = $"{run.Suite} on {run.Testbed.Name}",
                    run.SystemUnderTest.Commit,
                    OsPlatform = "linux",
                    OsRelease = run.Environment.Kernel,
                    OsVersion = run.Environment.OperatingSystem,
                    TestEnvironment = run.Testbed.Name,
                },
            },
        });
    }

    private static object Test(ScenarioResult result) => new
    {
        TestId = $"{result.Suite}/{result.Scenario}",
        Name = result.Scenario,
        Status = result.Verdict switch
        {
            Verdict.Pass => "passed",
            Verdict.Fail => "failed",
            Verdict.Skip => "skipped",
            _ => "other",
        },
        RawStatus = Verdicts.Name(result.Verdict),
        Duration = (long)Math.Round(result.Duration * 1000),
        Suite = new[] { result.Suite },
        Message = result.Reason,
        Attachments = result.Evidence.Select(file => new { Name = file, ContentType = ContentType(file), Path = file }),
    };

    private static string ContentType(string file) => Path.GetExtension(file) switch
    {
        ".pcap" => "application/vnd.tcpdump.pcap",
        ".json" => "application/json",
        ".log" or ".txt" => "text/plain",
        _ => "application/octet-stream",
    };
}
