using System.Buffers.Binary;

namespace Lab.Protocols.Ipmi.Lan;

/// <summary>
/// What both ends know once RAKP 2 is sent, and the check values that follow from it (IPMI 2.0 §13.20 to §13.23, §13.31).
/// Passwords are keys as they are: HMAC pads them, so the padding with zeros to 20 bytes that users' records have changes nothing.
/// </summary>
public sealed record RakpExchange(
    CipherSuite Suite, uint ConsoleSessionId, uint BmcSessionId, byte[] ConsoleRandom, byte[] BmcRandom, Guid BmcGuid, byte Role, byte[] UserName)
{
    /// <summary>HMAC over SIDm, SIDc, Rm, Rc, GUIDc, ROLEm, ULENGTHm, UNAMEm.</summary>
    public byte[] Rakp2CheckValue(ReadOnlySpan<byte> password) =>
        Suite.Hmac(password, [.. Id(ConsoleSessionId), .. Id(BmcSessionId), .. ConsoleRandom, .. BmcRandom, .. GuidBytes(), .. RoleAndName()]);

    /// <summary>HMAC over Rc, SIDm, ROLEm, ULENGTHm, UNAMEm.</summary>
    public byte[] Rakp3CheckValue(ReadOnlySpan<byte> password) =>
        Suite.Hmac(password, [.. BmcRandom, .. Id(ConsoleSessionId), .. RoleAndName()]);

    /// <summary>HMAC over Rm, SIDc, GUIDc, cut to the suite's length.</summary>
    public byte[] Rakp4CheckValue(SessionKeys keys) =>
        Suite.Hmac(keys.SessionIntegrityKey, [.. ConsoleRandom, .. Id(BmcSessionId), .. GuidBytes()])[..Suite.AuthCodeBytes];

    /// <param name="key">Kg, or the user's password where Kg is null ("one-key" login).</param>
    public SessionKeys Keys(ReadOnlySpan<byte> key) =>
        SessionKeys.Derive(Suite, Suite.Hmac(key, [.. ConsoleRandom, .. BmcRandom, .. RoleAndName()]));

    private byte[] RoleAndName() => [Role, (byte)UserName.Length, .. UserName];

    private byte[] GuidBytes()
    {
        var bytes = new byte[IpmiGuid.Bytes];
        IpmiGuid.Write(BmcGuid, bytes);
        return bytes;
    }

    private static byte[] Id(uint sessionId)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, sessionId);
        return bytes;
    }
}
