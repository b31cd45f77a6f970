using Lab.Contracts.Runs;
using Lab.Reports.Qualification;
using Lab.Reports.Qualification.Profiles;
using Lab.Reports.Qualification.Statements;
using Lab.Yaml;

namespace Lab.Reports.Tests.Qualification;

/// <summary>The synthetic sessions end on 2 January 2026.</summary>
public sealed class DeviationTests : QualificationFixture
{
    private static Deviation For(string requirement, int day) => new(requirement, "waits for the next firmware", "Ada", new DateOnly(2026, 1, day));

    private static void Leak(NightlySession session) => session.Broken.Add("taps after 80 cycles");

    [Fact]
    public void Deviation_InForce_QualifiesAndEndsTheStatement()
    {
        var statement = Shipped3(Leak, [For("PLUG-3", 9), For("PLUG-4", 2), For("PLUG-1", 9), For("PLUG-2", 9)]);
        Assert.Equal(QualificationVerdict.QualifiedWithDeviations, statement.Verdict);
        Assert.Equal(new DateOnly(2026, 1, 2), statement.ValidUntil);
        var finding = Finding(statement, "PLUG-3");
        Assert.Equal((Outcome.NotApplicable, Outcome.Fail), (finding.Outcome, finding.Found));
        Assert.All(statement.Deviations, deviation => Assert.Equal(DeviationState.Granted, deviation.State));
    }

    [Fact]
    public void Deviation_ThatEndedBefore_ExcusesNothing()
    {
        var statement = Shipped3(Leak, [For("PLUG-3", 1), For("PLUG-4", 9), For("PLUG-1", 9), For("PLUG-2", 9)]);
        Assert.Equal(QualificationVerdict.NotQualified, statement.Verdict);
        Assert.Equal(DeviationState.Expired, statement.Deviations.Single(deviation => deviation.Requirement == "PLUG-3").State);
        Assert.Equal(Outcome.Fail, Finding(statement, "PLUG-3").Outcome);
    }

    [Fact]
    public void Deviation_OfWhatPassed_IsNotNeeded()
    {
        var statement = Shipped3(null, [For("PLUG-3", 9)]);
        Assert.Equal(QualificationVerdict.Qualified, statement.Verdict);
        Assert.Equal(DeviationState.NotNeeded, Assert.Single(statement.Deviations).State);
        Assert.Null(statement.ValidUntil);
    }

    [Fact]
    public void Deviation_OfAShould_IsToldAndChangesNoVerdict()
    {
        var statement = Shipped3(session => session.Scale[MetricNames.CloneDuration] = 3, [For("BOOT-4", 9)]);
        Assert.Equal(Outcome.NotApplicable, Finding(statement, "BOOT-4").Outcome);
        Assert.Equal((QualificationVerdict.Qualified, null), (statement.Verdict, statement.ValidUntil));
    }

    [Fact]
    public void Deviation_OfWhatWasNotTested_Counts()
    {
        var statement = Shipped3(session => session.Absent.Add("deleted-volume"), [For("ISO-10", 9)]);
        Assert.Equal(QualificationVerdict.QualifiedWithDeviations, statement.Verdict);
        Assert.Equal(Outcome.NotTested, Finding(statement, "ISO-10").Found);
    }

    [Fact]
    public void File_OfGoodEntries_IsRead() => Assert.Equal([For("PLUG-3", 9)], DeviationsFile.Parse("""
        profile: dpu-baremetal-1.0
        deviations:
          - {requirement: PLUG-3, justification: waits for the next firmware, granted_by: Ada, until: 2026-01-09}
        """, "d.yaml", ProfileFile.Load(Shipped)));

    [Fact]
    public void File_OfManyErrors_TellsAllOfThemWithTheirLines()
    {
        var errors = Assert.Throws<YamlFileException>(() => DeviationsFile.Parse("""
            profile: other-2.0
            deviations:
              - requirement: PLUG-99
                justification: j
                granted_by: Ada
                until: soon
              - {requirement: PLUG-3, justification: j, granted_by: Ada, until: 2026-01-09}
              - {requirement: PLUG-3, justification: j, until: 2026-02-30, whom: Ada}
            """, "d.yaml", ProfileFile.Load(Shipped))).Errors;
        Assert.Equal([1L, 3, 6, 8, 8, 8, 8], errors.Select(error => error.Line));
        foreach (var says in new[]
                 {
                     "granted for other-2.0", "has no requirement PLUG-99", "'soon' is not a day", "granted_by is missing", "'2026-02-30' is not a day",
                     "whom is not known", "has a deviation already, in line 7",
                 })
        {
            Assert.Contains(errors, error => error.Message.Contains(says, StringComparison.Ordinal));
        }
    }
}
