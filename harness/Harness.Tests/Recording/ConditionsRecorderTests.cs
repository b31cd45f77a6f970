using Lab.Contracts.Runs;
using Lab.Harness.Launch;
using Lab.Harness.Measuring;
using Lab.Harness.Recording;
using Lab.Harness.Tests.Fixtures;
using Lab.Harness.Tests.Measuring;

namespace Lab.Harness.Tests.Recording;

public sealed class ConditionsRecorderTests : IDisposable
{
    private readonly FakeProc proc = new();
    private readonly ManualTime clock = new();
    private readonly Recorded recorded = new();
    private readonly ConditionsRecorder recorder;

    public ConditionsRecorderTests() => recorder = new ConditionsRecorder(
        recorded, new ConditionsMeter(clock, proc.Root, new OwnCpuTime(new OwnerMark("/run/lab/t"), 10, proc.Root), () => TimeSpan.FromMilliseconds(1)), clock);

    [Fact]
    public void Sample_GetsTheConditionsSinceTheOneBefore()
    {
        clock.Advance(TimeSpan.FromSeconds(1));
        proc.Cpu(50, 0, 0);
        recorder.Add(Sample(1));
        clock.Advance(TimeSpan.FromSeconds(1));
        proc.Cpu(50, 0, 150);
        recorder.Add(Sample(2));

        Assert.Equal([1.0, 2.0], recorded.Samples.Select(sample => sample.Value));
        Assert.Equal([0.5, 0.0], recorded.Samples.Select(sample => sample.Conditions!.OtherCores!.Value));
        Assert.Equal([0.0, 1.5], recorded.Samples.Select(sample => sample.Conditions!.StolenCores!.Value));
        Assert.All(recorded.Samples, sample => Assert.Equal(0.001, sample.Conditions!.ClockError));
    }

    [Fact]
    public void Samples_ThatComeTogether_ShareOneLook()
    {
        clock.Advance(TimeSpan.FromSeconds(1));
        recorder.Add(Sample(1));
        clock.Advance(ConditionsRecorder.Interval / 2);
        proc.Cpu(500, 0, 500);
        recorder.Add(Sample(2));
        Assert.Same(recorded.Samples[0].Conditions, recorded.Samples[1].Conditions);
    }

    [Fact]
    public void Sample_RightAtTheBeginning_HasNone()
    {
        recorder.Add(Sample(1));
        Assert.Null(recorded.Samples[0].Conditions);
    }

    [Fact]
    public void Sample_WithConditionsOfItsOwn_KeepsThem()
    {
        clock.Advance(TimeSpan.FromSeconds(1));
        var own = new MachineConditions { StolenCores = 9 };
        recorder.Add(Sample(1) with { Conditions = own });
        Assert.Same(own, recorded.Samples[0].Conditions);
    }

    public void Dispose() => proc.Dispose();

    private Sample Sample(double value) => new() { Metric = "m", Unit = Units.Second, Better = Better.Lower, Value = value, T = clock.GetUtcNow() };

    private sealed class Recorded : IRunRecorder
    {
        public List<Sample> Samples { get; } = [];

        public void Add(Sample sample) => Samples.Add(sample);

        public void Add(SpanEvent span) => throw new NotSupportedException();

        public void Add(ScenarioResult result) => throw new NotSupportedException();
    }
}
