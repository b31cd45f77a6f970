using System.Security.Cryptography;

namespace Lab.Protocols.Ipmi.Lan;

/// <summary>Authentication algorithms of RMCP+ (IPMI 2.0 table 13-17).</summary>
public enum AuthenticationAlgorithm : byte { None = 0, HmacSha1 = 1, HmacMd5 = 2, HmacSha256 = 3 }

/// <summary>Integrity algorithms of RMCP+ (IPMI 2.0 table 13-18).</summary>
public enum IntegrityAlgorithm : byte { None = 0, HmacSha1Of96 = 1, HmacMd5Of128 = 2, Md5Of128 = 3, HmacSha256Of128 = 4 }

/// <summary>Confidentiality algorithms of RMCP+ (IPMI 2.0 table 13-19).</summary>
public enum ConfidentialityAlgorithm : byte { None = 0, AesCbc128 = 1, Xrc4Of128 = 2, Xrc4Of40 = 3 }

/// <summary>A cipher suite (IPMI 2.0 table 22-20): what a session is authenticated and protected with. Only those that do both exist here.</summary>
/// <param name="AuthCodeBytes">Length a packet's authentication code, and the check value of RAKP 4, is cut to.</param>
public sealed record CipherSuite(
    byte Id,
    AuthenticationAlgorithm Authentication,
    IntegrityAlgorithm Integrity,
    ConfidentialityAlgorithm Confidentiality,
    int AuthCodeBytes)
{
    public static CipherSuite Suite3 { get; } =
        new(3, AuthenticationAlgorithm.HmacSha1, IntegrityAlgorithm.HmacSha1Of96, ConfidentialityAlgorithm.AesCbc128, 12);

    public static CipherSuite Suite17 { get; } =
        new(17, AuthenticationAlgorithm.HmacSha256, IntegrityAlgorithm.HmacSha256Of128, ConfidentialityAlgorithm.AesCbc128, 16);

    public static IReadOnlyList<CipherSuite> All { get; } = [Suite3, Suite17];

    private const byte StandardRecord = 0xc0;
    private const byte IntegrityTag = 0x40;
    private const byte ConfidentialityTag = 0x80;

    /// <summary>Bytes of the hash, and of the check values of RAKP 2 and RAKP 3.</summary>
    public int HashBytes => Authentication == AuthenticationAlgorithm.HmacSha256 ? HMACSHA256.HashSizeInBytes : HMACSHA1.HashSizeInBytes;

    /// <summary>The record of Get Channel Cipher Suites (IPMI 2.0 table 22-18).</summary>
    public byte[] ToRecord() =>
        [StandardRecord, Id, (byte)Authentication, (byte)(IntegrityTag | (byte)Integrity), (byte)(ConfidentialityTag | (byte)Confidentiality)];

#pragma warning disable CA5350 // Suite 3 is HMAC-SHA1 by the specification.
    public byte[] Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message) =>
        Authentication == AuthenticationAlgorithm.HmacSha256 ? HMACSHA256.HashData(key, message) : HMACSHA1.HashData(key, message);
#pragma warning restore CA5350

    /// <summary>The suite these three make. They are matched together: each alone being known is not enough.</summary>
    public static CipherSuite? Find(
        AuthenticationAlgorithm authentication, IntegrityAlgorithm integrity, ConfidentialityAlgorithm confidentiality) =>
        All.FirstOrDefault(s => s.Authentication == authentication && s.Integrity == integrity && s.Confidentiality == confidentiality);
}
