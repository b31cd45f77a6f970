using System.Text.RegularExpressions;

namespace Lab.Emulators.Host.Pcie;

/// <summary>What the PCIe service takes as parameters.</summary>
public static partial class PcieLimits
{
    public const int QueuesMax = 32;
    public const int MtuMin = 68;
    public const int MtuMax = 65535;

    /// <summary>Bytes of a Unix socket's path (unix(7)).</summary>
    public const int SocketPathMax = 107;

    /// <summary>A guest that has not released a function after this keeps it.</summary>
    public static readonly TimeSpan ReleaseTime = TimeSpan.FromSeconds(10);

    /// <summary>How long a call waits for a libvirtd that is being restarted.</summary>
    public static readonly TimeSpan LibvirtTime = TimeSpan.FromSeconds(15);

    /// <summary>What libvirt lets stand in a user alias (https://libvirt.org/formatdomain.html#devices).</summary>
    public static bool IsId(string text) => IdPattern().IsMatch(text);

    public static bool IsSocketName(string text) => SocketPattern().IsMatch(text);

    public static bool IsMac(string text) => MacPattern().IsMatch(text);

    public static bool IsInterfaceName(string text) => InterfacePattern().IsMatch(text);

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,80}\z")]
    private static partial Regex IdPattern();

    [GeneratedRegex(@"\A[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}\z")]
    private static partial Regex SocketPattern();

    [GeneratedRegex(@"\A[0-9a-f][02468ace](:[0-9a-f]{2}){5}\z")]
    private static partial Regex MacPattern();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}\z")]
    private static partial Regex InterfacePattern();
}
