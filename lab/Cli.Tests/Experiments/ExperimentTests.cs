using Lab.Cli.Experiments;
using Lab.Contracts.Runs;
using Lab.Harness;
using Lab.Reports.Comparison;
using Lab.Reports.Statistics;

namespace Lab.Cli.Tests.Experiments;

public sealed class ExperimentTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Experiment_OfEqualBuilds_EndsAfterOneRound()
    {
        var builds = new SimulatedBuilds(1);
        var outcome = await RunAsync(builds);
        Assert.Equal((1, Judgement.Equivalent, 0), (outcome.Rounds, outcome.Comparison.Verdict, outcome.LeftOut));
        Assert.Equal(14, builds.Asked.Count);
        Assert.All(outcome.Sessions, session => Assert.True(session.Counted));
    }

    [Fact]
    public async Task Experiment_OfASlowerBuild_SaysWhatRegressed()
    {
        var builds = new SimulatedBuilds(2) { Slower = { [MetricNames.HotPlugSeen] = 1.2 } };
        var outcome = await RunAsync(builds);
        Assert.Equal(1, outcome.Rounds);
        Assert.Equal(Judgement.Regressed, Of(outcome, MetricNames.HotPlugSeen).Verdict);
        Assert.InRange(Of(outcome, MetricNames.HotPlugSeen).Effect!.Value, 1.17, 1.23);
        Assert.Equal(Judgement.Equivalent, Of(outcome, MetricNames.BootTotal).Verdict);
    }

    [Fact]
    public async Task LaterRounds_RunOnlyTheScenariosOfWhatIsUndecided_AndSayWhenItStaysSo()
    {
        // On the threshold, so that no number of sessions decides.
        var builds = new SimulatedBuilds(3) { Slower = { [MetricNames.HotPlugSeen] = 1.05 }, Noise = { [MetricNames.HotPlugSeen] = 0.05 } };
        var outcome = await RunAsync(builds);
        Assert.Equal((3, Judgement.Undecided), (outcome.Rounds, outcome.Comparison.Verdict));
        Assert.All(builds.Asked, session => Assert.Equal(session.Round == 1 ? [] : [SimulatedBuilds.Plug], session.Scenarios));
        Assert.Equal(42, builds.Asked.Count);
        Assert.Equal((21 * 5, 7 * 5), (Of(outcome, MetricNames.HotPlugSeen).A.Iterations, Of(outcome, MetricNames.BootTotal).A.Iterations));
    }

    [Fact]
    public async Task LaterRounds_AreNotForMetricsThatDoNotMatter()
    {
        var builds = new SimulatedBuilds(3) { Slower = { [MetricNames.HotPlugSeen] = 1.05 }, Noise = { [MetricNames.HotPlugSeen] = 0.05 } };
        var outcome = await RunAsync(builds, plan => plan with { Matters = metric => metric.Metric == MetricNames.BootTotal });
        Assert.Equal((1, Judgement.Undecided), (outcome.Rounds, outcome.Comparison.Verdict));
    }

    [Fact]
    public async Task Session_ThatInfrastructureBroke_IsRepeatedOnce()
    {
        var builds = new SimulatedBuilds(4) { Breaks = (session, attempt) => session.Position == 3 && attempt == 1 ? "no testbed" : null };
        var outcome = await RunAsync(builds);
        Assert.Equal((15, 0), (outcome.Sessions.Count, outcome.LeftOut));
        var broken = Assert.Single(outcome.Sessions, session => !session.Counted);
        Assert.Equal((3, 1, "no testbed"), (broken.Position, broken.Attempt, broken.Problem));
        Assert.Equal(2, outcome.Sessions.Last(session => session.Position == 3).Attempt);
    }

    [Fact]
    public async Task Session_ThatBrokeTwice_IsLeftOutAndCounted()
    {
        var builds = new SimulatedBuilds(5) { Breaks = (session, _) => session.Position == 3 ? "no testbed" : null };
        var outcome = await RunAsync(builds);
        Assert.Equal((1, 6, 7), (outcome.LeftOut, outcome.Comparison.B.Count, outcome.Comparison.A.Count));
        Assert.Equal(Judgement.Equivalent, outcome.Comparison.Verdict);
    }

    [Fact]
    public async Task Experiment_WhoseSessionsAllBreak_StopsEarlyAndSaysWhy()
    {
        var builds = new SimulatedBuilds(6) { Breaks = (_, _) => "no disk space" };
        var failure = await Assert.ThrowsAsync<LabException>(() => RunAsync(builds));
        Assert.Contains("no disk space", failure.Message, StringComparison.Ordinal);
        Assert.Equal(4, builds.Asked.Count);
    }

    [Fact]
    public async Task Experiment_WithAnArmThatNeverComesUp_SaysWhich()
    {
        var builds = new SimulatedBuilds(7) { Breaks = (session, _) => session.Arm == ExperimentArm.B ? "the manager ended" : null };
        // A single session of each arm: two left out in a row never happen.
        var failure = await Assert.ThrowsAsync<LabException>(() => RunAsync(builds, plan => plan with { Sessions = 1 }));
        Assert.Equal("no session of arm B came to its end: the manager ended", failure.Message);
    }

    [Fact]
    public async Task Experiment_Interrupted_StartsNoOtherSession()
    {
        using var interruption = new CancellationTokenSource();
        var builds = new SimulatedBuilds(8)
        {
            Breaks = (session, _) =>
            {
                if (session.Position == 2)
                    interruption.Cancel();
                return null;
            },
        };
        await Assert.ThrowsAsync<OperationCanceledException>(() => RunAsync(builds, token: interruption.Token));
        Assert.Equal(2, builds.Asked.Count);
    }

    private static SeriesJudgement Of(ExperimentOutcome outcome, string metric) =>
        outcome.Comparison.Metrics.Single(one => one.Metric == metric).Judgement;

    private static Task<ExperimentOutcome> RunAsync(
        SimulatedBuilds builds, Func<ExperimentPlan, ExperimentPlan>? change = null, CancellationToken? token = null)
    {
        var plan = new ExperimentPlan(7, 3);
        var told = new Told();
        return new Experiment(
            change?.Invoke(plan) ?? plan,
            new SessionLog(builds.RunAsync, told),
            (a, b) => RunComparison.Of(a, b, new JudgePolicy { Looks = 3 }),
            told).RunAsync(token ?? Token);
    }
}
