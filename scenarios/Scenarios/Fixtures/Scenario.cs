using Lab.Contracts.Runs;
using Lab.Harness;
using Lab.Harness.Launch;
using Lab.Harness.Recording;

namespace Lab.Scenarios.Fixtures;

/// <summary>
/// Runs a scenario's body and records what it came to: an exception of the lab itself is an error, neither pass nor regression; any other
/// says something about the system under test and is a failure.
/// </summary>
public abstract class Scenario(LabFixture lab)
{
    private readonly List<Check> checks = [];
    private readonly List<string> evidence = [];

    protected LabFixture Lab => lab;
    protected RunningTestbed Testbed => lab.Testbed;
    protected RunWriter Record => lab.Record;
    protected static SuiteParameters Parameters => SuiteParameters.Current;
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected async Task RunAsync(string name, string group, Func<Task> body)
    {
        RunProgress.Append(new RunProgress { Scenario = name });
        var started = lab.Clock.GetTimestamp();
        Exception? failure = null;
        try
        {
            _ = lab.Testbed;
            await body();
            if (checks.FirstOrDefault(c => !c.Passed) is { } broken)
                throw new ScenarioFailedException($"{broken.Name}: expected {broken.Expected}, observed {broken.Observed}");
        }
        catch (Exception e)
        {
            failure = e;
        }
        var result = new ScenarioResult
        {
            Scenario = name,
            Suite = group,
            Verdict = failure switch
            {
                null => Verdict.Pass,
                LabException or OperationCanceledException => Verdict.Error,
                _ => Verdict.Fail,
            },
            Reason = failure?.Message,
            Duration = lab.Clock.GetElapsedTime(started).TotalSeconds,
            Evidence = evidence,
            Checks = checks,
        };
        Record.Add(result);
        RunProgress.Append(new RunProgress
        {
            Scenario = name,
            Verdict = result.Verdict.ToString().ToLowerInvariant(),
            Reason = failure?.Message,
            Seconds = result.Duration,
        });
        if (failure is not null)
            throw new ScenarioFailedException($"{name}: {failure.Message}", failure);
    }

    protected void Observe(Check check)
    {
        checks.Add(check);
        if (check.Evidence is { } file && !evidence.Contains(file))
            evidence.Add(file);
    }

    /// <param name="file">Relative to the run directory.</param>
    protected void AddEvidence(string file) => evidence.Add(file);
}

public sealed class ScenarioFailedException(string message, Exception? inner = null) : Exception(message, inner);
