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
    protected IRunRecorder Record { get; private set; } = null!;
    protected static SuiteParameters Parameters => SuiteParameters.Current;
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected async Task RunAsync(string name, string group, Func<Task> body)
    {
        Assert.SkipUnless(SuiteSettings.Wants(name), "other scenarios were asked for");
        Record = new ScenarioRecorder(lab.Record, name);
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

    /// <summary>
    /// An operation that is to be measured. One that fails, or is given up, is recorded as failed before the scenario fails of it:
    /// leaving it out would make a build that hangs look fast. An exception of the lab itself says nothing about the operation.
    /// </summary>
    /// <param name="metrics">What the operation would have given a value of each.</param>
    protected async Task<T> MeasuredAsync<T>(Func<Task<T>> operation, params IReadOnlyList<MetricRecorder> metrics)
    {
        var started = lab.Clock.GetTimestamp();
        try
        {
            return await operation();
        }
        catch (Exception e) when (e is not (LabException or OperationCanceledException))
        {
            foreach (var metric in metrics)
                metric.SubjectFailed(lab.Clock.GetElapsedTime(started).TotalSeconds);
            throw;
        }
    }

    /// <param name="file">Relative to the run directory.</param>
    protected void AddEvidence(string file) => evidence.Add(file);
}

public sealed class ScenarioFailedException(string message, Exception? inner = null) : Exception(message, inner);
