using System.Globalization;
using System.Net;
using System.Text;

namespace Lab.Contracts.Link;

/// <summary>A volume on an NVMe/TCP target: <c>nvme-tcp://10.0.0.2:4420/SUBSYSTEM-NQN</c>. The subsystem has one namespace, with NSID 1.</summary>
public sealed record NvmeTcpUrl(IPAddress Address, int Port, string SubsystemNqn)
{
    public const string Scheme = "nvme-tcp";

    /// <summary>The port that IANA gave to NVMe over Fabrics.</summary>
    public const int DefaultPort = 4420;

    /// <summary>NVMe base 2.0 §4.7: 223 bytes at most.</summary>
    public const int NqnBytesMax = 223;

    /// <returns>Null when it is none.</returns>
    public static NvmeTcpUrl? TryParse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme != Scheme || url.Query.Length > 0 || url.Fragment.Length > 0
            || url.UserInfo.Length > 0 || !IPAddress.TryParse(url.Host, out var address))
            return null;
        var nqn = url.AbsolutePath.TrimStart('/');
        return IsNqn(nqn) ? new NvmeTcpUrl(address, url.IsDefaultPort ? DefaultPort : url.Port, nqn) : null;
    }

    /// <summary>The characters that both forms of NVMe Qualified Names are made of in practice: nothing that a command line or a file name minds.</summary>
    public static bool IsNqn(string text) =>
        Encoding.UTF8.GetByteCount(text) is > 0 and <= NqnBytesMax && text.StartsWith("nqn.", StringComparison.Ordinal)
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or ':' or '-' or '_');

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Scheme}://{new IPEndPoint(Address, Port)}/{SubsystemNqn}");
}
