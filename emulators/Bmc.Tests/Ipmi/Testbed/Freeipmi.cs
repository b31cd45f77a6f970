using System.Globalization;
using System.Net;
using Lab.Emulators.Host.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Ipmi.Testbed;

/// <summary>The tools of GNU FreeIPMI (https://www.gnu.org/software/freeipmi/) as they are on Debian.</summary>
internal static class Freeipmi
{
    /// <summary>Most read a port after the host's name; ipmiconsole knows 623 alone.</summary>
    internal static string[] Command(string tool, IPEndPoint address, int suite, params string[] arguments) =>
    [
        tool, "--config-file=/dev/null",
        "-h", address.Port == Protocols.Ipmi.Lan.Rmcp.Port ? address.Address.ToString() : address.ToString(),
        "-u", IpmiBmc.UserName, "-p", IpmiBmc.Password, "-I", suite.ToString(CultureInfo.InvariantCulture),
        .. tool.EndsWith("ipmiconsole", StringComparison.Ordinal) ? Array.Empty<string>() : ["-D", "LAN_2_0"],
        .. arguments,
    ];

    /// <exception cref="InvalidOperationException">It ended with another code than 0.</exception>
    internal static async Task<string> RunAsync(string tool, IPEndPoint address, int suite, params string[] arguments)
    {
        using var home = new TestDirectory();
        return await RunningProcess.RunAsync(
            Command(tool, address, suite, arguments), TestContext.Current.CancellationToken, new Dictionary<string, string> { ["HOME"] = home.Path });
    }
}
