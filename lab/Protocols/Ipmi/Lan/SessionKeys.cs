namespace Lab.Protocols.Ipmi.Lan;

/// <summary>Keys of one session (IPMI 2.0 §13.31, §13.32).</summary>
/// <param name="Integrity">K1.</param>
/// <param name="Confidentiality">The first 16 bytes of K2.</param>
public sealed record SessionKeys(CipherSuite Suite, byte[] SessionIntegrityKey, byte[] Integrity, byte[] Confidentiality)
{
    private const int AesKeyBytes = 16;
    private const int ConstantBytes = 20;

    /// <param name="sessionIntegrityKey">SIK.</param>
    public static SessionKeys Derive(CipherSuite suite, byte[] sessionIntegrityKey)
    {
        byte[] Derived(byte constant)
        {
            // 20 bytes for SHA-256 too: the constants' length does not follow the hash (IPMI 2.0 §13.32).
            Span<byte> filled = stackalloc byte[ConstantBytes];
            filled.Fill(constant);
            return suite.Hmac(sessionIntegrityKey, filled);
        }
        return new SessionKeys(suite, sessionIntegrityKey, Derived(1), Derived(2)[..AesKeyBytes]);
    }
}
