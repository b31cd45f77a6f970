using System.Text.RegularExpressions;
using Lab.Emulators.Host.Tests.Testbed;
using Lab.Harness.Launch;

namespace Lab.Cli.Tests;

/// <summary><c>lab emulate</c> as somebody starts it who uses nothing else of the lab, with other people's clients.</summary>
public sealed class EmulateCommandTests
{
    private const string User = "operator";
    private const string Password = "correct horse";
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bmc_OfASimulatedHost_IsWhatRedfishtoolSushyIpmitoolAndFreeipmiExpect()
    {
        using var directory = new TestDirectory();
        await using var bmc = RunningProcess.Start(
            [
                Programs.DotnetHost, Path.Combine(AppContext.BaseDirectory, "lab.dll"), "emulate", "bmc",
                "--redfish", "127.0.0.1:0", "--ipmi", "127.0.0.1:0", "--host", "simulated", "--post-seconds", "0", "--state-dir", directory.Path,
            ],
            new Dictionary<string, string> { ["BMC_USER"] = User, ["BMC_PASSWORD"] = Password });
        var redfish = Regex.Match(await bmc.WaitForOutputAsync("Redfish listens on ", StartTime, Token), "Redfish listens on https://(\\S+)").Groups[1].Value;
        var ipmi = Regex.Match(await bmc.WaitForOutputAsync("IPMI listens on ", StartTime, Token), "IPMI listens on ([0-9.]+):([0-9]+)").Groups;
        var trust = new Dictionary<string, string> { ["REQUESTS_CA_BUNDLE"] = directory["certificate.pem"] };
        Task<string> RedfishtoolAsync(params string[] command) => RunningProcess.RunAsync(
            ["redfishtool", "-r", redfish, "-u", User, "-p", Password, "-S", "Always", "-A", "Basic", .. command], Token, trust);
        Task<string> IpmitoolAsync(params string[] command) => RunningProcess.RunAsync(
            ["ipmitool", "-I", "lanplus", "-C", "17", "-H", ipmi[1].Value, "-p", ipmi[2].Value, "-U", User, "-P", Password, .. command], Token);

        Assert.Contains("is off", await IpmitoolAsync("power", "status"), StringComparison.Ordinal);
        await RedfishtoolAsync("Systems", "-I", "1", "reset", "On");
        Assert.Contains("is on", await IpmitoolAsync("power", "status"), StringComparison.Ordinal);
        Assert.Contains(
            ": on",
            await RunningProcess.RunAsync(
                ["ipmi-power", "-D", "LAN_2_0", "-I", "17", "-h", $"{ipmi[1].Value}:{ipmi[2].Value}", "-u", User, "-p", Password, "--stat"], Token),
            StringComparison.Ordinal);
        await IpmitoolAsync("power", "off");
        const string Sushy = "import sys, sushy; print(sushy.Sushy(sys.argv[1] + '/redfish/v1', sys.argv[2], sys.argv[3]).get_system_collection().get_members()[0].power_state)";
        Assert.Contains("OFF", (await RunningProcess.RunAsync(["/usr/bin/python3", "-W", "ignore", "-c", Sushy, "https://" + redfish, User, Password], Token, trust)).ToUpperInvariant(), StringComparison.Ordinal);

        Assert.Equal(ExitCodes.Ok, await bmc.TerminateAsync(Token));
    }
}
