using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Lab.Protocols.NvmeTcp;

/// <summary>
/// A DH-HMAC-CHAP secret in its text form, DHHC-1:xx:base64 of key and CRC-32: (NVMe base specification 2.0 §8.13.5.8). xx is the hash by
/// which the key is bound to the name of its owner before use, 00 when it is used as it is.
/// </summary>
public sealed class DhchapSecret
{
    private const string Prefix = "DHHC-1:";
    private const int ChecksumBytes = 4;

    private readonly byte[] key;
    private readonly DhchapHash? transformation;

    private DhchapSecret(byte[] key, DhchapHash? transformation)
    {
        this.key = key;
        this.transformation = transformation;
    }

    /// <exception cref="FormatException">It is no secret in that form. The message does not tell it.</exception>
    public static DhchapSecret Parse(string text)
    {
        var parts = text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..].Split(':') : [];
        if (parts is not [var hash, var encoded, ""]
            || !byte.TryParse(hash, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var id) || id > (byte)DhchapHash.Sha512)
            throw new FormatException("not a DH-HMAC-CHAP secret");
        var bytes = Convert.FromBase64String(encoded);
        var length = bytes.Length - ChecksumBytes;
        if (length is not (32 or 48 or 64)
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(length)) != Checksum(bytes.AsSpan(0, length)))
            throw new FormatException("a DH-HMAC-CHAP secret of a wrong length or checksum");
        return new DhchapSecret(bytes[..length], id == 0 ? null : (DhchapHash)id);
    }

    /// <summary>The text form of a key of 32, 48 or 64 bytes that is used as it is.</summary>
    public static string Format(ReadOnlySpan<byte> key)
    {
        var bytes = new byte[key.Length + ChecksumBytes];
        key.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(key.Length), Checksum(key));
        return $"{Prefix}00:{Convert.ToBase64String(bytes)}:";
    }

    /// <summary>The key as its owner uses it (§8.13.5.7).</summary>
    public byte[] KeyFor(string nqn) =>
        transformation is { } hash ? Dhchap.Hmac(hash, key, Encoding.UTF8.GetBytes(nqn + "NVMe-over-Fabrics")) : key;

    /// <summary>CRC-32 of ISO 3309, reflected.</summary>
    private static uint Checksum(ReadOnlySpan<byte> data)
    {
        const uint polynomial = 0xedb88320;
        var crc = uint.MaxValue;
        foreach (var octet in data)
        {
            crc ^= octet;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ polynomial : crc >> 1;
        }
        return ~crc;
    }
}
