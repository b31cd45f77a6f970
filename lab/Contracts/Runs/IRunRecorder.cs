namespace Lab.Contracts.Runs;

/// <summary>Where scenarios put what they measure and observe. Every method refuses a bad record with <see cref="RunRecordException"/>.</summary>
public interface IRunRecorder
{
    void Add(Sample sample);

    void Add(SpanEvent span);

    void Add(ScenarioResult result);
}
