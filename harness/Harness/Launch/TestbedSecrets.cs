using System.Security.Cryptography;
using System.Text;
using Lab.Harness.Services;

namespace Lab.Harness.Launch;

/// <summary>
/// Passwords of one testbed: made up at launch, handed to processes by environment, never written. A later process of root
/// finds them again where they live, in the environment of the services that use them.
/// </summary>
public sealed record TestbedSecrets(string AdminPassword, string RedPassword, string BluePassword, string BmcPassword)
{
    public const string AdminVariable = "LAB_ADMIN_PASSWORD";
    public const string RedVariable = "LAB_RED_PASSWORD";
    public const string BlueVariable = "LAB_BLUE_PASSWORD";
    public const string BmcUserVariable = "BMC_USER";
    public const string BmcPasswordVariable = "BMC_PASSWORD";
    public const string BmcUser = "admin";

    /// <summary>The longest that IPMI 2.0 takes (§22.30).</summary>
    private const int IpmiPasswordLength = 20;

    /// <summary>OS_PASSWORD, where it is set, becomes the admin's, so that a user of `lab up` may choose it.</summary>
    public static TestbedSecrets Create() =>
        new(Environment.GetEnvironmentVariable("OS_PASSWORD") is { Length: > 0 } chosen ? chosen : New(), New(), New(), New(IpmiPasswordLength));

    public static TestbedSecrets Read(RunitService manager, RunitService bmc)
    {
        var ofManager = EnvironmentOf(manager);
        return new TestbedSecrets(
            ofManager[AdminVariable], ofManager[RedVariable], ofManager[BlueVariable], EnvironmentOf(bmc)[BmcPasswordVariable]);
    }

    public Dictionary<string, string> ForManager() =>
        new() { [AdminVariable] = AdminPassword, [RedVariable] = RedPassword, [BlueVariable] = BluePassword };

    public Dictionary<string, string> ForBmc() =>
        new() { [BmcUserVariable] = BmcUser, [BmcPasswordVariable] = BmcPassword };

    /// <summary>Keeps the passwords out of logs.</summary>
    public override string ToString() => nameof(TestbedSecrets);

    private static string New(int length = 32) => RandomNumberGenerator.GetHexString(length, lowercase: true);

    private static Dictionary<string, string> EnvironmentOf(RunitService service)
    {
        var pid = service.ProcessId ?? throw new LabException($"{service.Name} does not run; see {service.LogFile}");
        return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/environ"))
            .Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Select(v => v.Split('=', 2))
            .Where(v => v.Length == 2)
            .ToDictionary(v => v[0], v => v[1]);
    }
}
