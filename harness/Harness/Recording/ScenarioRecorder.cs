using Lab.Contracts.Runs;

namespace Lab.Harness.Recording;

/// <summary>Names the scenario in each of its samples, so that what a broken one measured is left out of the statistics.</summary>
public sealed class ScenarioRecorder(IRunRecorder next, string scenario) : IRunRecorder
{
    public void Add(Sample sample) => next.Add(sample with { Scenario = sample.Scenario ?? scenario });

    public void Add(SpanEvent span) => next.Add(span);

    public void Add(ScenarioResult result) => next.Add(result);
}
