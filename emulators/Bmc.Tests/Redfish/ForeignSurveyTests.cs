using Lab.Emulators.Bmc.Profiles;
using Lab.Emulators.Bmc.Tests.Testbed;
using Lab.Emulators.Host.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Redfish;

/// <summary>sushy as Ironic uses it, over every profile with its quirks.</summary>
public sealed class ForeignSurveyTests
{
    public static TheoryData<string> Profiles => [.. ProfileCatalog.Names];

    [Theory, MemberData(nameof(Profiles))]
    public async Task Sushy_OverTheProfile_GetsThrough(string profile)
    {
        await using var bmc = await SimulatedBmc.StartAsync(profile);
        var output = await RunningProcess.RunAsync(
            [
                "/usr/bin/python3", "-W", "ignore", Path.Combine(AppContext.BaseDirectory, "Redfish", "survey_sushy.py"),
                bmc.Address.GetLeftPart(UriPartial.Authority), SimulatedBmc.UserName, SimulatedBmc.Password,
            ],
            TestContext.Current.CancellationToken);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("boot Pxe Once", lines);
        Assert.Contains("boot Disabled", lines);
        Assert.Contains("bios pending True current True", lines);
        Assert.Contains("bios True", lines);
        Assert.Contains("secure boot databases 8 UserMode", lines);
        if (bmc.Instance.Profile.VirtualMedia.Length > 0)
            Assert.Contains("media inserted and ejected True", lines);
        Assert.Equal("done", lines[^1]);
    }
}
