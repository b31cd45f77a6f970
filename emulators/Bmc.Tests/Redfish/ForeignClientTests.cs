using Lab.Emulators.Bmc.Tests.Testbed;
using Lab.Emulators.Host.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Redfish;

/// <summary>Other people's Redfish clients and DMTF's schemas as judges.</summary>
[Collection(BmcTestbed.Collection)]
public sealed class ForeignClientTests(BmcTestbed bed)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Dictionary<string, string> Trust => new() { ["REQUESTS_CA_BUNDLE"] = bed.CertificateFile };

    [Fact]
    public async Task Sushy_AsIronicUsesIt_SwitchesBootsAndReads()
    {
        await bed.ResetAsync("ForceOff");
        await using var judge = await bed.JudgeAsync();
        var output = await RunningProcess.RunAsync(
            ["/usr/bin/python3", Script("drive_sushy.py"), judge.Address.GetLeftPart(UriPartial.Authority), BmcTestbed.UserName, BmcTestbed.Password],
            Token,
            Trust);
        Assert.Equal(
            [
                "power Off",
                "resets ['ForceOff', 'ForceOn', 'ForceRestart', 'GracefulRestart', 'GracefulShutdown', 'Nmi', 'On', 'PowerCycle', 'PushPowerButton']",
                "boot sources ['BiosSetup', 'Cd', 'Hdd', 'None', 'Pxe', 'UefiBootNext', 'UefiHttp', 'Usb']",
                "power On",
                "boot Pxe Once UEFI",
                "power Off",
                "manager BMC",
                "chassis RackMount",
            ],
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.Contains("Warning", StringComparison.Ordinal)));
        await judge.AllAreValidAsync(10, Token);
    }

    [Theory]
    [InlineData("Basic")]
    [InlineData("Session")]
    public async Task Redfishtool_EitherLogin_ReadsAndSwitches(string login)
    {
        await using var judge = await bed.JudgeAsync();
        Assert.Contains("/redfish/v1/Systems/1", await RedfishtoolAsync(judge, login, "Systems", "list"), StringComparison.Ordinal);
        await RedfishtoolAsync(judge, login, "Systems", "-I", "1", "reset", "On");
        Assert.Equal("On", await bed.PowerStateAsync());
        await RedfishtoolAsync(judge, login, "Systems", "-I", "1", "setBootOverride", "Once", "Hdd");
        Assert.Contains("\"Once\"", await RedfishtoolAsync(judge, login, "Systems", "-I", "1", "get"), StringComparison.Ordinal);
        await RedfishtoolAsync(judge, login, "Systems", "-I", "1", "setBootOverride", "Disabled");
        await RedfishtoolAsync(judge, login, "Systems", "-I", "1", "reset", "ForceOff");
        Assert.False(bed.IsDomainActive());
        Assert.Contains("\"BMC\"", await RedfishtoolAsync(judge, login, "Managers", "-I", "1", "get"), StringComparison.Ordinal);
        Assert.Contains("/redfish/v1/AccountService/Accounts/1", await RedfishtoolAsync(judge, login, "AccountService", "Accounts"), StringComparison.Ordinal);
        await judge.AllAreValidAsync(10, Token);
    }

    [Fact]
    public async Task Resources_AllThatCanBeReached_AreValidBySchema()
    {
        var resources = await SchemaJudge.CrawlAsync(bed.GetAsync);
        Assert.True(resources.Count >= 80, string.Join(' ', resources.Keys));
        var verdict = await SchemaJudge.ValidateAsync(resources.Values, Token);
        Assert.True(verdict == "errors: 0", verdict);
    }

    private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Redfish", name);

    private Task<string> RedfishtoolAsync(AnswerJudge judge, string login, params string[] command) => RunningProcess.RunAsync(
        [
            "redfishtool", "-r", judge.Address.Authority, "-u", BmcTestbed.UserName, "-p", BmcTestbed.Password, "-S", "Always", "-A", login,
            .. command,
        ],
        Token,
        Trust);
}
