using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Lab.Protocols.NvmeTcp;

/// <summary>Hash identifiers of DH-HMAC-CHAP.</summary>
public enum DhchapHash : byte
{
    Sha256 = 1,
    Sha384 = 2,
    Sha512 = 3,
}

/// <summary>Who speaks to whom in an exchange.</summary>
/// <param name="HostSecret">Null: the host does not authenticate itself.</param>
/// <param name="ControllerSecret">Null: the controller need not authenticate itself.</param>
public sealed record DhchapParties(string Hostnqn, string Subnqn, DhchapSecret? HostSecret, DhchapSecret? ControllerSecret);

/// <summary>The computations of DH-HMAC-CHAP with the NULL group (NVMe base specification 2.0 §8.13.5.4).</summary>
public static class Dhchap
{
    public static int LengthOf(DhchapHash hash) => hash switch
    {
        DhchapHash.Sha256 => 32,
        DhchapHash.Sha384 => 48,
        _ => 64,
    };

    public static byte[] Hmac(DhchapHash hash, byte[] key, byte[] data) => hash switch
    {
        DhchapHash.Sha256 => HMACSHA256.HashData(key, data),
        DhchapHash.Sha384 => HMACSHA384.HashData(key, data),
        _ => HMACSHA512.HashData(key, data),
    };

    /// <summary>What the host answers to the controller's challenge.</summary>
    public static byte[] HostResponse(DhchapHash hash, DhchapParties parties, byte[] challenge, uint sequence, ushort transaction) => Hmac(
        hash,
        parties.HostSecret!.KeyFor(parties.Hostnqn),
        Message(challenge, sequence, transaction, "HostHost", parties.Hostnqn, parties.Subnqn));

    /// <summary>What the controller must answer to the host's challenge.</summary>
    public static byte[] ControllerResponse(DhchapHash hash, DhchapParties parties, byte[] challenge, uint sequence, ushort transaction) => Hmac(
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
