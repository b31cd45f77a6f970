using System.Text.Json;

namespace Lab.Cli.Tests;

public sealed class DoctorCommandTests
{
    private static readonly string[] Fields = ["subject", "state", "detail", "mend"];

    [Fact]
    public async Task Doctor_AsJson_IsJsonAloneAndAgreesWithTheExitCode()
    {
        var lab = await LabRun.OfAsync("doctor", "--json");
        using var json = JsonDocument.Parse(lab.Output);
        var findings = json.RootElement.EnumerateArray().ToList();
        Assert.All(findings, f => Assert.Equal(Fields, f.EnumerateObject().Select(p => p.Name)));
        Assert.Equal(findings.Any(f => f.GetProperty("state").GetString() == "missing") ? ExitCodes.Infrastructure : ExitCodes.Ok, lab.Code);
    }

    [Fact]
    public async Task Doctor_OnAMachineWithoutPrograms_SaysHowToMendEach()
    {
        var lab = await BareMachine.RunAsync("PATH=/nonexistent", "doctor", "--json");
        Assert.Equal(ExitCodes.Infrastructure, lab.Code);
        using var json = JsonDocument.Parse(lab.Output);
        var mends = json.RootElement.EnumerateArray()
            .Where(f => f.GetProperty("state").GetString() == "missing")
            .ToDictionary(f => f.GetProperty("subject").GetString()!, f => f.GetProperty("mend").GetString());
        Assert.Equal("apt-get install qemu-system-x86", mends["qemu-system-x86_64"]);
        Assert.Equal("apt-get install mmdebstrap", mends["mmdebstrap"]);
        Assert.DoesNotContain(null, mends.Values);
    }

    [Fact]
    public async Task Doctor_AsText_KeepsEachFindingOnItsLine()
    {
        var lab = await BareMachine.RunAsync("PATH=/nonexistent", "doctor");
        Assert.Matches("(?m)^missing +mmdebstrap +not found in PATH", lab.Output);
        Assert.Matches("(?m)^ +mend: apt-get install mmdebstrap", lab.Output);
        Assert.DoesNotContain('\u001b', lab.Output);
    }
}
