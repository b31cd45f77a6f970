using Lab.Contracts.Runs;
using Lab.Harness.Measuring;

namespace Lab.Harness.Recording;

/// <summary>
/// Writes beside each sample how quiet the machine was since the one before. Samples that come together are of one operation and get
/// the same: looking costs milliseconds, and tells nothing over a shorter time.
/// </summary>
public sealed class ConditionsRecorder(IRunRecorder next, ConditionsMeter meter, TimeProvider clock) : IRunRecorder
{
    /// <summary>Shortest time between two looks; proc(5) counts in steps of 10 ms.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly Lock looking = new();
    private long lookedAt = clock.GetTimestamp();
    private MachineConditions? last;

    public void Add(Sample sample)
    {
        MachineConditions? conditions;
        lock (looking)
        {
            if (clock.GetElapsedTime(lookedAt) >= Interval)
                (last, lookedAt) = (meter.Look(), clock.GetTimestamp());
            conditions = last;
        }
        next.Add(sample with { Conditions = sample.Conditions ?? conditions });
    }

    public void Add(SpanEvent span) => next.Add(span);

    public void Add(ScenarioResult result) => next.Add(result);
}
