using Lab.Contracts.Runs;
using Lab.Reports.Qualification;
using Lab.Reports.Qualification.Evaluation;
using Lab.Reports.Qualification.Profiles;
using Lab.Reports.Qualification.Statements;

namespace Lab.Reports.Tests.Qualification;

public sealed class QualifierTests : QualificationFixture
{
    private const string Spoofing = "scenario: spoofed-frames\nchecks: [\"spoofed MAC *\"]\ncontrols: [\"true UDP *\"]";
    private const string SeenSoon = "scenario: hot-plug-disk\nmetric: hotplug.seen\ndimensions: {device: disk}\nstatistic: p90\nconfidence: 0.95\nsamples: 29\nlimit: {at_most: 1 s}";
    private const string BootRatio = "scenario: boot-from-cloud-volume\nmetric: boot.total\nconfidence: 0.95\nsamples: 5\nlimit: {ratio_at_most: 1.4}";
    private const string Tcp = "scenario: network-throughput\nmetric: net.bandwidth\nreplicates: sessions\nsamples: 3\nlimit: {ratio_at_least: 0.5}";

    private RequirementFinding Judge1(string requirement, NightlySession session) => Finding(Evaluate(ProfileOf(requirement), [], session));

    [Theory]
    [InlineData(null, Outcome.Pass, "passed")]
    [InlineData(Verdict.Fail, Outcome.Fail, "deleted-volume failed: deleted-volume told <why>")]
    [InlineData(Verdict.Error, Outcome.NotTested, "ended in error")]
    [InlineData(Verdict.Skip, Outcome.NotTested, "was skipped")]
    public void Scenario_OfEachVerdict_DecidesItsRequirement(Verdict? verdict, Outcome outcome, string says)
    {
        var session = new NightlySession();
        if (verdict is { } changed)
            session.Verdicts["deleted-volume"] = changed;
        var finding = Judge1("scenario: deleted-volume", session);
        Assert.Equal(outcome, finding.Outcome);
        Assert.Contains(says, finding.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Checks_AsExpected_PassWithTheirEvidence()
    {
        var statement = Evaluate(ProfileOf(Spoofing), [], new NightlySession());
        var finding = Finding(statement);
        Assert.Equal((Outcome.Pass, "2 checks and 1 control as expected"), (finding.Outcome, finding.Reason));
        Assert.Equal(3, finding.Sessions[0].Checks.Count);
        Assert.Contains("captures/spoofed-MAC.pcap", finding.Sessions[0].Evidence);
        Assert.All(finding.Sessions[0].Evidence, file => Assert.Contains(statement.Evidence, digest => digest.File == file && digest.Sha256.Length == 64));
    }

    [Theory]
    [InlineData("spoofed MAC on the uplink", Outcome.Fail, "spoofed MAC on the uplink: expected 0 frames, observed 5 frames")]
    [InlineData("true UDP heard by the peer", Outcome.NotTested, "the probe does not work")]
    [InlineData("spoofed IPv4 on the uplink", Outcome.Pass, "as expected")]
    public void Checks_WithOneBroken_FailOrProveNothing(string broken, Outcome outcome, string says)
    {
        var finding = Judge1(Spoofing, new NightlySession { Broken = { broken } });
        Assert.Equal(outcome, finding.Outcome);
        Assert.Contains(says, finding.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Checks_ThatNobodyMade_AreNotTested()
    {
        var finding = Judge1("scenario: spoofed-frames\nchecks: [\"spoofed IPv6 *\"]", new NightlySession());
        Assert.Equal((Outcome.NotTested, "spoofed-frames made no check spoofed IPv6 *"), (finding.Outcome, finding.Reason[(finding.Reason.IndexOf(": ", StringComparison.Ordinal) + 2)..]));
    }

    [Fact]
    public void Checks_OfAScenarioThatFailedBefore_Fail() =>
        Assert.Equal(Outcome.Fail, Judge1(Spoofing, new NightlySession { Verdicts = { ["spoofed-frames"] = Verdict.Fail } }).Outcome);

    [Fact]
    public void Checks_WhoseEvidenceIsLost_AreNotTested()
    {
        var finding = Judge1(Spoofing, new NightlySession { Lost = { "captures/spoofed-MAC.pcap" } });
        Assert.Equal(Outcome.NotTested, finding.Outcome);
        Assert.Contains("its evidence is missing: captures/spoofed-MAC.pcap", finding.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, Outcome.Pass)]
    [InlineData(9, Outcome.Fail)]
    public void Metric_AgainstAnAbsoluteLimit_IsHeldByItsBound(double scale, Outcome outcome)
    {
        var finding = Judge1(SeenSoon, new NightlySession { Scale = { [MetricNames.HotPlugSeen] = scale } });
        Assert.Equal(outcome, finding.Outcome);
        Assert.Equal(40, finding.Metric!.N);
        // P(Bin(40, 0.9) ≤ 38) is 0.92, P(Bin(40, 0.9) ≤ 39) is 0.985: of 40 values only the greatest bounds p90 with 95 %.
        var sorted = finding.Sessions[0].Series!.Values.Order().ToList();
        Assert.Equal(sorted[39], finding.Metric.Bound);
    }

    [Fact]
    public void Metric_WithFailedOperations_RanksThemAsWorst()
    {
        var finding = Judge1(SeenSoon, new NightlySession { Failed = { [MetricNames.HotPlugSeen] = 4 } });
        Assert.Equal(Outcome.Fail, finding.Outcome);
        Assert.Null(finding.Metric!.Bound);
        Assert.Equal((36, 4), (finding.Sessions[0].Series!.Values.Count, finding.Sessions[0].Series!.Failed));
    }

    [Fact]
    public void Metric_OfTooFewValues_IsNotTested()
    {
        var finding = Judge1(SeenSoon, new NightlySession { Count = { [MetricNames.HotPlugSeen] = 28 } });
        Assert.Equal(Outcome.NotTested, finding.Outcome);
        Assert.Contains("28 values of hotplug.seen (device=disk), at least 29 are needed", finding.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Metric_OfTooFewValuesBecauseTheScenarioFailed_Fails() => Assert.Equal(Outcome.Fail, Judge1(
        SeenSoon, new NightlySession { Count = { [MetricNames.HotPlugSeen] = 3 }, Verdicts = { ["hot-plug-disk"] = Verdict.Fail } }).Outcome);

    [Fact]
    public void Metric_OfSeveralSeries_AsksForDimensions() => Assert.Contains("the profile has to name dimensions", Judge1(
        "scenario: hot-plug-disk\nmetric: hotplug.seen\nlimit: {at_most: 1 s}", new NightlySession()).Reason, StringComparison.Ordinal);

    [Fact]
    public void Metric_InAnotherUnit_IsNotTested() => Assert.Contains("was measured in s, and is asked for in ms", Judge1(
        "scenario: boot-from-cloud-volume\nmetric: boot.total\nlimit: {at_most: 1 ms}", new NightlySession()).Reason, StringComparison.Ordinal);

    [Fact]
    public void Metric_WithoutABaseline_HasNoRatio() => Assert.Equal(Outcome.NotTested, Judge1(
        "scenario: disk-throughput\nmetric: cpu.used\ndimensions: {of: soc, workload: read-128k-qd32}\nlimit: {ratio_at_most: 2}", new NightlySession()).Outcome);

    [Theory]
    [InlineData(1, Outcome.Pass)]
    [InlineData(1.38, Outcome.Fail)] // The median keeps the limit; that much is not certain of five boots.
    [InlineData(1.6, Outcome.Fail)]
    public void Metric_AgainstARatio_IsHeldByTheBoundOfTheShift(double scale, Outcome outcome)
    {
        var finding = Judge1(BootRatio, new NightlySession { Scale = { [MetricNames.BootTotal] = scale } });
        Assert.Equal(outcome, finding.Outcome);
        Assert.True(finding.Metric!.Bound > finding.Sessions[0].Series!.Estimate);
    }

    [Theory]
    [InlineData(3, 1, Outcome.Pass)]
    [InlineData(3, 0.4, Outcome.Fail)]
    [InlineData(2, 1, Outcome.NotTested)]
    public void Metric_OfOneValueASession_IsJudgedOverSessions(int sessions, double scale, Outcome outcome)
    {
        var finding = Finding(Evaluate(ProfileOf(Tcp, sessions), [],
            [.. Enumerable.Range(0, sessions).Select(_ => new NightlySession { Scale = { [MetricNames.NetBandwidth] = scale } })]));
        Assert.Equal((outcome, sessions), (finding.Outcome, finding.Metric!.N));
    }

    [Fact]
    public void Sessions_WithOneBad_FailForTheWorst()
    {
        var statement = Evaluate(ProfileOf(SeenSoon, 3), [], new(), new NightlySession { Scale = { [MetricNames.HotPlugSeen] = 10 } }, new());
        var finding = Finding(statement);
        Assert.Equal(Outcome.Fail, finding.Outcome);
        Assert.Contains("the worst of 3 sessions", finding.Reason, StringComparison.Ordinal);
        Assert.Equal(QualificationVerdict.NotQualified, statement.Verdict);
    }

    [Fact]
    public void Sessions_FewerThanTheProfileWants_AreIncomplete()
    {
        var statement = Judge(Shipped, new NightlySession());
        Assert.Equal(QualificationVerdict.Incomplete, statement.Verdict);
        Assert.Equal("tested in 1 of at least 3 sessions", Finding(statement, "BOOT-1").Reason);
    }

    [Fact]
    public void Sessions_OneOfFourInError_LeaveItOut() => Assert.Equal(Outcome.Pass, Finding(Evaluate(
        ProfileOf("scenario: deleted-volume", 3), [], new(), new(), new NightlySession { Verdicts = { ["deleted-volume"] = Verdict.Error } }, new())).Outcome);

    [Fact]
    public void Should_ThatFails_KeepsNobodyFromBeingQualified()
    {
        var statement = Shipped3(session => session.Scale[MetricNames.CloneDuration] = 3);
        Assert.Equal(Outcome.Fail, Finding(statement, "BOOT-4").Outcome);
        Assert.Equal(QualificationVerdict.Qualified, statement.Verdict);
        Assert.Contains("SHOULD: 12 of 13 passed, 1 failed.", statement.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_ThatCannotSpeakForADevice_AreRefused()
    {
        var good = RunReader.Read(new NightlySession().Write(Runs));
        void Refused(string says, params RunRecord[] runs) => Assert.Contains(says, Assert.Throws<QualificationException>(
            () => Qualifier.Evaluate(ProfileFile.Load(Shipped), runs, [])).Message, StringComparison.Ordinal);

        Refused("no run was given");
        Refused("given twice", good, good);
        Refused("did not finish", RunReader.Read(new NightlySession { Unfinished = true }.Write(Runs)));
        Refused("is a run of smoke", RunReader.Read(new NightlySession { Description = run => run with { Suite = "smoke" } }.Write(Runs)));
        // Which of the two is called first follows from their ids.
        Refused("commit is ", good,
            RunReader.Read(new NightlySession { Description = run => run with { SystemUnderTest = new SystemUnderTest { Dirty = true } } }.Write(Runs)));
        Refused("environment.accel is ", good,
            RunReader.Read(new NightlySession { Description = run => run with { Environment = run.Environment with { Accel = "kvm" } } }.Write(Runs)));
    }
}
