namespace Lab.Contracts.Runs;

/// <summary>
/// A metric a scenario measures again and again, with its baseline:
/// <code>
/// var boot = new MetricRecorder(recorder, time, MetricNames.BootTotal, Units.Second, Better.Lower);
/// boot.Subject(6.1);    // over manager and DPU
/// boot.Baseline(5.5);   // the same image on a local disk
/// </code>
/// Both series have the same dimensions here; see <see cref="SampleRole"/> for baselines that have fewer.
/// </summary>
public sealed class MetricRecorder(
    IRunRecorder recorder,
    TimeProvider time,
    string metric,
    string unit,
    Better better,
    IReadOnlyDictionary<string, string>? dimensions = null,
    string? scenario = null)
{
    public void Subject(double value, IReadOnlyDictionary<string, string>? attributes = null) =>
        Add(SampleRole.Subject, value, attributes);

    public void Baseline(double value, IReadOnlyDictionary<string, string>? attributes = null) =>
        Add(SampleRole.Baseline, value, attributes);

    /// <summary>The operation failed, or was given up, after <paramref name="value"/>.</summary>
    public void SubjectFailed(double value, IReadOnlyDictionary<string, string>? attributes = null) =>
        Add(SampleRole.Subject, value, attributes, SampleOutcome.Failed);

    private void Add(SampleRole role, double value, IReadOnlyDictionary<string, string>? attributes, SampleOutcome outcome = SampleOutcome.Ok) => recorder.Add(new Sample
    {
        Metric = metric,
        Unit = unit,
        Better = better,
        Role = role,
        Scenario = scenario,
        Dimensions = dimensions ?? RunLimits.Empty,
        Attributes = attributes ?? RunLimits.Empty,
        Value = value,
        Outcome = outcome,
        T = time.GetUtcNow(),
    });
}
