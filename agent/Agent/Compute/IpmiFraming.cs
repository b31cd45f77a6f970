namespace Lab.Agent.Compute;

/// <summary>
/// Framing of the system interface as QEMU's ipmi-bmc-extern speaks it ("OpenIPMI VM protocol"): messages of
/// sequence, NetFn/LUN, command, data and checksum, ended by A0h; A1h ends a command; A0h, A1h and AAh inside are written as AAh and the
/// byte with bit 4 set.
/// </summary>
public static class IpmiFraming
{
    public const byte EndOfMessage = 0xA0;
    public const byte EndOfCommand = 0xA1;
    private const byte Escape = 0xAA;
    private const byte EscapedBit = 0x10;

    /// <summary>Bytes of one message, unescaped.</summary>
    public const int MessageBytesMax = 300;

    /// <summary>Version command of the protocol, sent once after connecting: version 1.</summary>
    public static ReadOnlySpan<byte> Version => [0xFF, 0x01, EndOfCommand];

    public static byte[] Request(byte sequence, byte netFn, byte command, ReadOnlySpan<byte> data)
    {
        byte[] message = [sequence, (byte)(netFn << 2), command, .. data];
        var framed = new List<byte>(message.Length * 2);
        foreach (var value in (byte[])[.. message, Checksum(message)])
        {
            if (value is EndOfMessage or EndOfCommand or Escape)
            {
                framed.Add(Escape);
                framed.Add((byte)(value | EscapedBit));
            }
            else
            {
                framed.Add(value);
            }
        }
        framed.Add(EndOfMessage);
        return [.. framed];
    }

    /// <summary>Takes one frame's bytes, without the byte that ended it.</summary>
    /// <returns>Message without checksum; null when it is no message.</returns>
    public static byte[]? Unescape(ReadOnlySpan<byte> frame)
    {
        var message = new List<byte>(frame.Length);
        var escaped = false;
        foreach (var value in frame)
        {
            if (value == Escape)
            {
                escaped = true;
                continue;
            }
            message.Add(escaped ? (byte)(value & ~EscapedBit) : value);
            escaped = false;
        }
        if (escaped || message.Count < 5 || message.Count > MessageBytesMax || message.Aggregate(0, (sum, b) => sum + b) % 256 != 0)
            return null;
        return [.. message[..^1]];
    }

    /// <summary>Two's complement: all bytes and the checksum add up to 0 modulo 256 (IPMI 2.0 §13.8).</summary>
    public static byte Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0;
        foreach (var value in bytes)
            sum += value;
        return (byte)-sum;
    }
}
