using System.Security.Cryptography;
using System.Text;

namespace Lab.Emulators.Dpu.Nvme;

/// <summary>
/// Who this host is to a target. Functions of names alone: after a restart it is the same host, so that the target knows its
/// reservations and access rights again.
/// </summary>
internal static class NvmeHost
{
    /// <summary>NVMe base specification 2.0 §3.1.2.3: the well-known name of every discovery service.</summary>
    public const string DiscoveryNqn = "nqn.2014-08.org.nvmexpress.discovery";

    private const string UuidPrefix = "nqn.2014-08.org.nvmexpress:uuid:";

    public static string DefaultNqn(string boardSerial) => UuidPrefix + Hash(boardSerial).ToString("D");

    /// <summary>The UUID in the name when it has one, as Linux does; else one made from the name.</summary>
    public static Guid IdOf(string hostnqn) =>
        hostnqn.StartsWith(UuidPrefix, StringComparison.Ordinal) && Guid.TryParseExact(hostnqn[UuidPrefix.Length..], "D", out var id)
            ? id
            : Hash(hostnqn);

    /// <summary>A UUID made from a name: version 8 of RFC 9562.</summary>
    public static Guid Hash(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        hash[6] = (byte)((hash[6] & 0x0f) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
