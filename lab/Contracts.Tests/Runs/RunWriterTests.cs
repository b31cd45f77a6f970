using Lab.Contracts.Runs;

namespace Lab.Contracts.Tests.Runs;

public sealed class RunWriterTests : RunDirectoryFixture
{
    [Fact]
    public void Create_Named_ByTimeSuiteAndShortId()
    {
        using var run = Create();
        Assert.Matches("^20260102T030405Z-smoke-[0-9a-f]{6}$", Path.GetFileName(run.Directory));
        Assert.Equal(Path.GetFileName(run.Directory), run.Info.Id);
        Assert.True(Directory.Exists(run.LogsDirectory));
        Assert.True(Directory.Exists(run.CapturesDirectory));
    }

    [Fact]
    public void Record_WrittenAndRead_IsTheSame()
    {
        using var run = Create();
        run.Add(Sample);
        run.Add(Span);
        run.Add(Result);
        Time.Now += TimeSpan.FromMinutes(3);
        run.Complete();

        var read = RunReader.Read(run.Directory);
        Assert.Equivalent(run.Info, read.Info, strict: true);
        Assert.Equal(ManualTime.Epoch.AddMinutes(3), read.Info.EndedAt);
        Assert.Equivalent(Sample, Assert.Single(read.Samples), strict: true);
        Assert.Equivalent(Span, Assert.Single(read.Events), strict: true);
        Assert.Equivalent(Result, Assert.Single(read.Results), strict: true);
    }

    [Fact]
    public void Line_AfterAdd_IsInTheFileBeforeTheWriterIsClosed()
    {
        using var run = Create();
        run.Add(Sample);
        Assert.Single(RunReader.Read(run.Directory).Samples);
        Assert.Null(RunReader.ReadInfo(run.Directory).EndedAt);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(-0.1)]
    public void Value_NotADuration_IsRefusedAndNothingWritten(double value)
    {
        using var run = Create();
        Assert.Throws<RunRecordException>(() => run.Add(Sample with { Value = value }));
        Assert.Throws<RunRecordException>(() => run.Add(Span with { Duration = value }));
        Assert.Throws<RunRecordException>(() => run.Add(Result with { Duration = value }));
        var read = RunReader.Read(run.Directory);
        Assert.Empty(read.Samples);
        Assert.Empty(read.Events);
        Assert.Empty(read.Results);
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("javascript:alert(1)")]
    [InlineData("logs//x")]
    [InlineData("")]
    public void Evidence_OutsideTheRun_IsRefused(string file)
    {
        using var run = Create();
        Assert.Throws<RunRecordException>(() => run.Add(Result with { Evidence = [file] }));
    }

    [Fact]
    public void Record_BreakingTheSchema_IsRefused()
    {
        using var run = Create();
        Assert.Throws<RunRecordException>(() => run.Add(Sample with { Unit = "furlong" }));
        Assert.Throws<RunRecordException>(() => run.Add(Sample with { Metric = "Boot Total" }));
        Assert.Throws<RunRecordException>(() => run.Add(Span with { TraceId = "12" }));
        Assert.Throws<RunRecordException>(() => run.Add(Result with { Scenario = "" }));
        Assert.Throws<RunRecordException>(() => RunWriter.Create(Runs, Description with { Suite = "a/b" }, Time));
    }

    [Fact]
    public void Reason_TooLong_IsCutSoThatTheVerdictIsKept()
    {
        using var run = Create();
        run.Add(Result with { Reason = new string('x', RunLimits.ReasonLength * 2) });
        Assert.Equal(RunLimits.ReasonLength, Assert.Single(RunReader.Read(run.Directory).Results).Reason!.Length);
    }

    [Fact]
    public async Task Samples_FromManyThreads_AllArriveWhole()
    {
        using var run = Create();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 250; i++)
                run.Add(Sample with { Value = thread * 1000 + i });
        })));
        var values = RunReader.Read(run.Directory).Samples.Select(sample => sample.Value).ToHashSet();
        Assert.Equal(2000, values.Count);
    }

    [Fact]
    public void MetricRecorder_SubjectAndBaseline_ShareMetricAndDimensions()
    {
        using var run = Create();
        var metric = new MetricRecorder(run, Time, MetricNames.HotPlugSeen, Units.Second, Better.Lower,
            new Dictionary<string, string> { ["device"] = "disk" });
        metric.Subject(0.5);
        metric.Baseline(0.25);
        Assert.Collection(RunReader.Read(run.Directory).Samples,
            subject => Assert.Equal((SampleRole.Subject, 0.5, "disk"), (subject.Role, subject.Value, subject.Dimensions["device"])),
            baseline => Assert.Equal((SampleRole.Baseline, 0.25, "disk"), (baseline.Role, baseline.Value, baseline.Dimensions["device"])));
    }
}
