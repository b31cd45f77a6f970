using System.Buffers.Binary;
using System.Text;

namespace Lab.Protocols.Ipmi.Lan;

/// <summary>RAKP Message 1 (IPMI 2.0 table 13-11): who the console is.</summary>
/// <param name="ConsoleRandom">Rm, 16 bytes.</param>
/// <param name="Role">The byte of privilege and lookup bit as it came: it enters the check values whole.</param>
/// <param name="UserName">At most 16 bytes, ASCII.</param>
public sealed record Rakp1(byte Tag, uint BmcSessionId, byte[] ConsoleRandom, byte Role, byte[] UserName)
{
    public const int UserNameBytesMax = 16;
    public const int RandomBytes = 16;

    /// <summary>Of <see cref="Role"/>: the name alone finds the user.</summary>
    public const byte NameOnlyLookup = 0x10;

    private const int FixedBytes = 28;

    public IpmiPrivilege Privilege => (IpmiPrivilege)(Role & 0x0f);
    public string Name => Encoding.Latin1.GetString(UserName);

    /// <param name="status">Why it was not read, when the tag could be.</param>
    public static bool TryRead(ReadOnlySpan<byte> payload, out Rakp1? message, out RmcpPlusStatus status)
    {
        message = null;
        status = RmcpPlusStatus.IllegalParameter;
        if (payload.Length < FixedBytes)
            return false;
        var length = payload[27];
        if (length > UserNameBytesMax)
            status = RmcpPlusStatus.InvalidNameLength;
        if (length > UserNameBytesMax || payload.Length != FixedBytes + length)
            return false;
        message = new Rakp1(
            payload[0], BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]), payload.Slice(8, RandomBytes).ToArray(), payload[24],
            payload[FixedBytes..].ToArray());
        status = RmcpPlusStatus.NoErrors;
        return true;
    }

    public byte[] ToBytes()
    {
        var payload = new byte[FixedBytes + UserName.Length];
        payload[0] = Tag;
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(4), BmcSessionId);
        ConsoleRandom.CopyTo(payload, 8);
        payload[24] = Role;
        payload[27] = (byte)UserName.Length;
        UserName.CopyTo(payload, FixedBytes);
        return payload;
    }
}

/// <summary>RAKP Message 2 (IPMI 2.0 table 13-12): proves that the BMC knows the password. With an error it ends after the session id.</summary>
/// <param name="BmcRandom">Rc, 16 bytes.</param>
public sealed record Rakp2(byte Tag, RmcpPlusStatus Status, uint ConsoleSessionId, byte[] BmcRandom, Guid BmcGuid, byte[] CheckValue)
{
    private const int ErrorBytes = 8;
    private const int FixedBytes = 40;

    public static Rakp2 Error(byte tag, uint consoleSessionId, RmcpPlusStatus status) =>
        new(tag, status, consoleSessionId, [], Guid.Empty, []);

    public static bool TryRead(ReadOnlySpan<byte> payload, out Rakp2? message)
    {
        message = null;
        if (payload.Length < ErrorBytes)
            return false;
        var (tag, status, console) = (payload[0], (RmcpPlusStatus)payload[1], BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]));
        if (status != RmcpPlusStatus.NoErrors)
            message = Error(tag, console, status);
        else if (payload.Length >= FixedBytes)
            message = new Rakp2(
                tag, status, console, payload.Slice(8, Rakp1.RandomBytes).ToArray(), IpmiGuid.Read(payload[24..]), payload[FixedBytes..].ToArray());
        return message is not null;
    }

    public byte[] ToBytes()
    {
        var payload = new byte[Status == RmcpPlusStatus.NoErrors ? FixedBytes + CheckValue.Length : ErrorBytes];
        (payload[0], payload[1]) = (Tag, (byte)Status);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(4), ConsoleSessionId);
        if (Status != RmcpPlusStatus.NoErrors)
            return payload;
        BmcRandom.CopyTo(payload, 8);
        IpmiGuid.Write(BmcGuid, payload.AsSpan(24));
        CheckValue.CopyTo(payload, FixedBytes);
        return payload;
    }
}

/// <summary>RAKP Message 3 (IPMI 2.0 table 13-13): proves that the console knows the password.</summary>
public sealed record Rakp3(byte Tag, RmcpPlusStatus Status, uint BmcSessionId, byte[] CheckValue)
{
    private const int FixedBytes = 8;

    public static bool TryRead(ReadOnlySpan<byte> payload, out Rakp3? message)
    {
        message = payload.Length < FixedBytes
            ? null
            : new Rakp3(
                payload[0], (RmcpPlusStatus)payload[1], BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]), payload[FixedBytes..].ToArray());
        return message is not null;
    }

    public byte[] ToBytes()
    {
        var payload = new byte[FixedBytes + CheckValue.Length];
        (payload[0], payload[1]) = (Tag, (byte)Status);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(4), BmcSessionId);
        CheckValue.CopyTo(payload, FixedBytes);
        return payload;
    }
}

/// <summary>RAKP Message 4 (IPMI 2.0 table 13-14): the session is open.</summary>
public sealed record Rakp4(byte Tag, RmcpPlusStatus Status, uint ConsoleSessionId, byte[] CheckValue)
{
    private const int FixedBytes = 8;

    public static bool TryRead(ReadOnlySpan<byte> payload, out Rakp4? message)
    {
        message = payload.Length < FixedBytes
            ? null
            : new Rakp4(
                payload[0], (RmcpPlusStatus)payload[1], BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]), payload[FixedBytes..].ToArray());
        return message is not null;
    }

    public byte[] ToBytes()
    {
        var payload = new byte[FixedBytes + CheckValue.Length];
        (payload[0], payload[1]) = (Tag, (byte)Status);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(4), ConsoleSessionId);
        CheckValue.CopyTo(payload, FixedBytes);
        return payload;
    }
}
