using System.Security.Cryptography;

namespace Lab.Protocols.Ipmi.Lan;

/// <summary>
/// Seals and opens packets of one session: AES-CBC-128 with its confidentiality pad (IPMI 2.0 §13.29) and the authentication code of
/// the session trailer (§13.28.4). Every packet is both: a suite that protects is not left out packet by packet.
/// </summary>
public sealed class SessionCipher(SessionKeys keys)
{
    private const int BlockBytes = 16;
    private const byte NextHeader = 0x07;
    private const byte PadByte = 0xff;

    /// <summary>Integrity data is padded to a multiple of this.</summary>
    private const int IntegrityAlignment = 4;

    /// <param name="sessionId">The receiver's.</param>
    /// <param name="initialisationVector">16 random bytes.</param>
    public byte[] Seal(PayloadType type, uint sessionId, uint sequence, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> initialisationVector)
    {
        var encrypted = Encrypt(payload, initialisationVector);
        var header = RmcpPlusPacket.ProtectedHeader(type, sessionId, sequence, encrypted.Length);
        // Pad length and next header are covered too.
        var pad = (IntegrityAlignment - ((header.Length + encrypted.Length + 2) % IntegrityAlignment)) % IntegrityAlignment;
        var padding = new byte[pad];
        padding.AsSpan().Fill(PadByte);
        byte[] covered = [.. header, .. encrypted, .. padding, (byte)pad, NextHeader];
        return Rmcp.Write(Rmcp.ClassIpmi, [.. covered, .. AuthCode(covered)]);
    }

    /// <summary>The payload of a packet; false unless it is encrypted, authenticated and whole.</summary>
    public bool TryOpen(RmcpPlusPacket packet, out byte[] payload)
    {
        payload = [];
        var content = packet.Content;
        var codeAt = content.Length - keys.Suite.AuthCodeBytes;
        if (!packet.IsAuthenticated || !packet.IsEncrypted || codeAt < packet.TrailerAt + 2)
            return false;
        if (!CryptographicOperations.FixedTimeEquals(AuthCode(content[..codeAt]), content[codeAt..]))
            return false;
        var pad = content[codeAt - 2];
        return content[codeAt - 1] == NextHeader && codeAt == packet.TrailerAt + pad + 2 && TryDecrypt(packet.Payload, out payload);
    }

    private byte[] AuthCode(ReadOnlySpan<byte> covered) => keys.Suite.Hmac(keys.Integrity, covered)[..keys.Suite.AuthCodeBytes];

    private byte[] Encrypt(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> initialisationVector)
    {
        var pad = (BlockBytes - ((payload.Length + 1) % BlockBytes)) % BlockBytes;
        var plain = new byte[payload.Length + pad + 1];
        payload.CopyTo(plain);
        for (var i = 0; i < pad; i++)
            plain[payload.Length + i] = (byte)(i + 1);
        plain[^1] = (byte)pad;
        using var aes = Aes.Create();
        aes.Key = keys.Confidentiality;
        return [.. initialisationVector, .. aes.EncryptCbc(plain, initialisationVector, PaddingMode.None)];
    }

    private bool TryDecrypt(ReadOnlySpan<byte> encrypted, out byte[] payload)
    {
        payload = [];
        if (encrypted.Length < 2 * BlockBytes || encrypted.Length % BlockBytes != 0)
            return false;
        using var aes = Aes.Create();
        aes.Key = keys.Confidentiality;
        var plain = aes.DecryptCbc(encrypted[BlockBytes..], encrypted[..BlockBytes], PaddingMode.None);
        int pad = plain[^1];
        if (pad >= BlockBytes)
            return false;
        var end = plain.Length - 1 - pad;
        for (var i = 0; i < pad; i++)
            if (plain[end + i] != i + 1)
                return false;
        payload = plain[..end];
        return true;
    }
}
