using System.Security.Cryptography;
using System.Text;

namespace Lab.Manager.Identity;

/// <summary>Ids that follow from a kind and a name (RFC 9562 §5.8, version 8), so that they need no store.</summary>
internal static class DerivedId
{
    public static Guid Of(string kind, string name)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"lab.manager/{kind}/{name}")).AsSpan(0, 16);
        bytes[6] = (byte)(bytes[6] & 0x0f | 0x80);
        bytes[8] = (byte)(bytes[8] & 0x3f | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
