using Lab.Harness.Doctor;

namespace Lab.Harness.Tests.Doctor;

public sealed class MachineDoctorTests
{
    [Fact]
    public async Task Examine_WhereNothingCanBeWritten_StillTellsEverything()
    {
        var findings = await new MachineDoctor("/proc/no/such/cache").ExamineAsync(TestContext.Current.CancellationToken);
        Assert.Contains(findings, f => f.Subject == "disk");
        Assert.Contains(findings, f => f.Subject == "KVM");
        Assert.All(findings, f => Assert.Equal(f.State != FindingState.Good, f.Mend is not null));
        Assert.Equal(findings.Count, findings.Select(f => f.Subject).Distinct().Count());
    }
}
