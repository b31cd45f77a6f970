using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Lab.Emulators.Dpu.Tests.DataPath.NvmeTcp;

/// <summary>The controller's side of DH-HMAC-CHAP with SHA-256 and the NULL group, from the specification alone.</summary>
/// <param name="hostKey">Not transformed: secrets of the form DHHC-1:00.</param>
/// <param name="controllerKey">Null: it cannot authenticate itself.</param>
internal sealed class TargetAuthentication(byte[] hostKey, byte[]? controllerKey)
{
    private readonly byte[] challenge = RandomNumberGenerator.GetBytes(32);
    private string hostnqn = "";
    private byte[] next = [];
    private ushort transaction;

    public int Successes { get; private set; }

    public static string Text(byte[] key)
    {
        var crc = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(crc, Crc32(key));
        return $"DHHC-1:00:{Convert.ToBase64String([.. key, .. crc])}:";
    }

    public void Begin(string nqn) => hostnqn = nqn;

    public byte[] Next() => next;

    public bool Take(byte[] message)
    {
        switch (message[0], message[1])
        {
            case (0, 0):
                transaction = BinaryPrimitives.ReadUInt16LittleEndian(message.AsSpan(4));
                next = [1, 1, 0, 0, message[4], message[5], 32, 0, 1, 0, 0, 0, 9, 0, 0, 0, .. challenge];
                return true;
            case (1, 2):
                next = Judge(message);
                return true;
            case (1, 4):
                Successes++;
                return true;
            default:
                return false;
        }
    }

    private byte[] Judge(byte[] reply)
    {
        var expected = HMACSHA256.HashData(hostKey, Message(challenge, 9, "HostHost", hostnqn, ScriptedTarget.Subnqn));
        var isGood = expected.AsSpan().SequenceEqual(reply.AsSpan(16, 32));
        if (!isGood)
            return [0, 0xf1, 0, 0, reply[4], reply[5], 1, 1];
        if (reply[8] == 0)
            Successes++;
        var own = reply[8] == 0 ? new byte[32] : HMACSHA256.HashData(
            controllerKey ?? new byte[32],
            Message(reply[48..80], BinaryPrimitives.ReadUInt32LittleEndian(reply.AsSpan(12)), "Controller", ScriptedTarget.Subnqn, hostnqn));
        return [1, 3, 0, 0, reply[4], reply[5], 32, 0, reply[8], 0, 0, 0, 0, 0, 0, 0, .. own];
    }

    private byte[] Message(byte[] value, uint sequence, string role, string own, string other) =>
    [
        .. value, .. BitConverter.GetBytes(sequence), .. BitConverter.GetBytes(transaction), 0,
        .. Encoding.ASCII.GetBytes(role), .. Encoding.ASCII.GetBytes(own), 0, .. Encoding.ASCII.GetBytes(other),
    ];

    private static uint Crc32(byte[] data)
    {
        var crc = uint.MaxValue;
        foreach (var octet in data)
        {
            crc ^= octet;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xedb88320 : crc >> 1;
        }
        return ~crc;
    }
}
