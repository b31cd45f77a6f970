using System.Globalization;
using System.Net;
using Lab.Emulators.Host.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Ipmi.Testbed;

/// <summary>ipmitool (https://github.com/ipmitool/ipmitool) as it is on Debian.</summary>
internal static class Ipmitool
{
    internal static string[] Command(IPEndPoint address, int? suite, string user, string password, params string[] arguments)
    {
        string[] login =
        [
            "ipmitool", "-I", "lanplus", "-H", address.Address.ToString(), "-p", address.Port.ToString(CultureInfo.InvariantCulture),
            "-U", user, "-P", password,
        ];
        string[] chosen = suite is { } id ? ["-C", id.ToString(CultureInfo.InvariantCulture)] : [];
        return [.. login, .. chosen, .. arguments];
    }

    /// <exception cref="InvalidOperationException">It ended with another code than 0.</exception>
    internal static Task<string> RunAsync(IPEndPoint address, int? suite, params string[] arguments) => RunningProcess.RunAsync(
        Command(address, suite, IpmiBmc.UserName, IpmiBmc.Password, arguments), TestContext.Current.CancellationToken);

    /// <summary>What it says when it fails, which it must.</summary>
    internal static async Task<string> FailAsync(IPEndPoint address, int? suite, string user, string password, params string[] arguments)
    {
        await using var process = RunningProcess.Start(Command(address, suite, user, password, ["-v", .. arguments]));
        var code = await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.NotEqual(0, code);
        return process.Output;
    }
}
