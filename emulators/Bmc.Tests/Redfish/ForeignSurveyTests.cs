using Lab.Emulators.Bmc.Profiles;
using Lab.Emulators.Bmc.Tests.Testbed;
using Lab.Emulators.Host.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Redfish;

/// <summary>sushy as Ironic uses it, over every profile with its quirks; DMTF's schemas judge what it is answered.</summary>
public sealed class ForeignSurveyTests
{
    private const int AnswersMin = 30;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Profiles => [.. ProfileCatalog.Names];

    [Theory, MemberData(nameof(Profiles))]
    public async Task Sushy_OverTheProfile_GetsThrough(string profile)
    {
        await using var bmc = await SimulatedBmc.StartAsync(profile);
        await using var judge = await AnswerJudge.StartAsync(bmc.CreateClient(userName: null), certificateFile: null, Token);
        var output = await RunningProcess.RunAsync(
            [
                "/usr/bin/python3", "-W", "ignore", Path.Combine(AppContext.BaseDirectory, "Redfish", "survey_sushy.py"),
                judge.Address.GetLeftPart(UriPartial.Authority), SimulatedBmc.UserName, SimulatedBmc.Password,
            ],
            Token);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("boot Pxe Once", lines);
        Assert.Contains("boot Disabled", lines);
        Assert.Contains("bios pending True current True", lines);
        Assert.Contains("bios True", lines);
        Assert.Contains("secure boot databases 8 UserMode", lines);
        if (bmc.Instance.Profile.VirtualMedia.Length > 0)
            Assert.Contains("media inserted and ejected True", lines);
        Assert.Equal("done", lines[^1]);
        await judge.AllAreValidAsync(AnswersMin, Token);
    }
}
