using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Lab.Emulators.Dpu.DataPath.NvmeTcp.Admin;

/// <summary>
/// A DH-HMAC-CHAP secret in its text form, DHHC-1:xx:base64 of key and CRC-32: (NVMe base specification 2.0 §8.13.5.8). xx is the hash by
/// which the key is bound to the name of its owner before use, 00 when it is used as it is.
/// </summary>
internal sealed class ChapSecret
{
    private const string Prefix = "DHHC-1:";
    private const int ChecksumBytes = 4;

    private readonly byte[] key;
    private readonly ChapHash? transformation;

    private ChapSecret(byte[] key, ChapHash? transformation)
    {
        this.key = key;
        this.transformation = transformation;
    }

    /// <exception cref="FormatException">It is no secret in that form. The message does not tell it.</exception>
    public static ChapSecret Parse(string text)
    {
        var parts = text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..].Split(':') : [];
        if (parts is not [var hash, var encoded, ""]
            || !byte.TryParse(hash, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var id) || id > (byte)ChapHash.Sha512)
            throw new FormatException("not a DH-HMAC-CHAP secret");
        var bytes = Convert.FromBase64String(encoded);
        var length = bytes.Length - ChecksumBytes;
        if (length is not (32 or 48 or 64)
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(length)) != Checksum(bytes.AsSpan(0, length)))
            throw new FormatException("a DH-HMAC-CHAP secret of a wrong length or checksum");
        return new ChapSecret(bytes[..length], id == 0 ? null : (ChapHash)id);
    }

    /// <summary>The key as its owner uses it (§8.13.5.7).</summary>
    public byte[] KeyFor(string nqn) =>
        transformation is { } hash ? Chap.Hmac(hash, key, Encoding.UTF8.GetBytes(nqn + "NVMe-over-Fabrics")) : key;

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

/// <summary>Hash identifiers of DH-HMAC-CHAP.</summary>
internal enum ChapHash : byte
{
    Sha256 = 1,
    Sha384 = 2,
    Sha512 = 3,
}

/// <summary>Who speaks to whom in an exchange.</summary>
/// <param name="HostSecret">Null: the host does not authenticate itself.</param>
/// <param name="ControllerSecret">Null: the controller need not authenticate itself.</param>
internal sealed record ChapParties(string Hostnqn, string Subnqn, ChapSecret? HostSecret, ChapSecret? ControllerSecret);

/// <summary>The computations of DH-HMAC-CHAP with the NULL group (NVMe base specification 2.0 §8.13.5.4).</summary>
internal static class Chap
{
    public static int LengthOf(ChapHash hash) => hash switch
    {
        ChapHash.Sha256 => 32,
        ChapHash.Sha384 => 48,
        _ => 64,
    };

    public static byte[] Hmac(ChapHash hash, byte[] key, byte[] data) => hash switch
    {
        ChapHash.Sha256 => HMACSHA256.HashData(key, data),
        ChapHash.Sha384 => HMACSHA384.HashData(key, data),
        _ => HMACSHA512.HashData(key, data),
    };

    /// <summary>What the host answers to the controller's challenge.</summary>
    public static byte[] HostResponse(ChapHash hash, ChapParties parties, byte[] challenge, uint sequence, ushort transaction) => Hmac(
        hash,
        parties.HostSecret!.KeyFor(parties.Hostnqn),
        Message(challenge, sequence, transaction, "HostHost", parties.Hostnqn, parties.Subnqn));

    /// <summary>What the controller must answer to the host's challenge.</summary>
    public static byte[] ControllerResponse(ChapHash hash, ChapParties parties, byte[] challenge, uint sequence, ushort transaction) => Hmac(
        hash,
        parties.ControllerSecret!.KeyFor(parties.Subnqn),
        Message(challenge, sequence, transaction, "Controller", parties.Subnqn, parties.Hostnqn));

    /// <summary>Challenge, sequence number, transaction, secure channel (none), role, own name, 0, other name.</summary>
    private static byte[] Message(byte[] challenge, uint sequence, ushort transaction, string role, string own, string other)
    {
        var numbers = new byte[7];
        BinaryPrimitives.WriteUInt32LittleEndian(numbers, sequence);
        BinaryPrimitives.WriteUInt16LittleEndian(numbers.AsSpan(4), transaction);
        return [.. challenge, .. numbers, .. Encoding.UTF8.GetBytes(role), .. Encoding.UTF8.GetBytes(own), 0, .. Encoding.UTF8.GetBytes(other)];
    }
}
