using System.Globalization;
using System.Net;
using Lab.Harness.Launch;
using Lab.Harness.Processes;

namespace Lab.Harness.Power;

/// <summary>
/// Chassis Control over RMCP+ (IPMI 2.0 §28.3) with ipmitool, which makes a session for each request, as most that drive BMCs by IPMI do.
/// </summary>
/// <param name="networkNamespace">Name of the one that the BMC is reached from.</param>
public sealed class IpmiPower(string networkNamespace, IPAddress bmc, TestbedSecrets secrets) : IPowerFront
{
    /// <summary>RAKP-HMAC-SHA256, HMAC-SHA256-128, AES-CBC-128.</summary>
    private const string CipherSuite = "17";
    private const string PasswordVariable = "IPMI_PASSWORD";

    private readonly Dictionary<string, string> environment = new() { [PasswordVariable] = secrets.BmcPassword };

    public string Name => "ipmi";

    public Task SwitchOnAsync(CancellationToken token) => ChassisPowerAsync("on", token);

    public Task ResetAsync(CancellationToken token) => ChassisPowerAsync("reset", token);

    public Task ShutDownAsync(CancellationToken token) => ChassisPowerAsync("soft", token);

    public async Task<bool> IsOnAsync(CancellationToken token) =>
        (await ChassisPowerAsync("status", token)).Contains("is on", StringComparison.Ordinal);

    public void Dispose()
    {
    }

    private async Task<string> ChassisPowerAsync(string verb, CancellationToken token)
    {
        var port = AddressPlan.IpmiPort.ToString(CultureInfo.InvariantCulture);
        var result = await Tool.TryRunAsync(
            "ip",
            ["netns", "exec", networkNamespace, "ipmitool", "-I", "lanplus", "-C", CipherSuite, "-H", bmc.ToString(), "-p", port,
                "-U", TestbedSecrets.BmcUser, "-E", "chassis", "power", verb],
            token, input: null, environment);
        return result.ExitCode == 0 ? result.Output : throw new PowerFrontException(Name, $"{verb}: {result.Error.Trim()}");
    }
}
