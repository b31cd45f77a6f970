using System.Globalization;
using System.Security.Cryptography;

namespace Lab.Manager.Networking;

/// <summary>MAC addresses of ports, in neutron's form: lower case, colons.</summary>
internal static class MacAddress
{
    /// <summary>Neutron's own prefix: locally administered, unicast (IEEE 802 §8.2).</summary>
    public const string Prefix = "fa:16:3e";

    public static string Create()
    {
        var bytes = RandomNumberGenerator.GetBytes(3);
        return $"{Prefix}:{bytes[0]:x2}:{bytes[1]:x2}:{bytes[2]:x2}";
    }

    /// <summary>Takes six two-digit parts with colons or dashes; refuses multicast and all-zero addresses.</summary>
    public static bool TryNormalize(string? text, out string mac)
    {
        mac = "";
        if (text is not { Length: 17 })
            return false;
        Span<byte> bytes = stackalloc byte[6];
        for (var i = 0; i < 6; i++)
        {
            if (!byte.TryParse(text.AsSpan(i * 3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[i])
                || (i < 5 && text[i * 3 + 2] is not (':' or '-')))
                return false;
        }
        if ((bytes[0] & 1) != 0 || !bytes.ContainsAnyExcept((byte)0))
            return false;
        mac = string.Join(':', Convert.ToHexStringLower(bytes).Chunk(2).Select(pair => new string(pair)));
        return true;
    }
}
