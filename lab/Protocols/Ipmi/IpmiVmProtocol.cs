using System.Buffers;

namespace Lab.Protocols.Ipmi;

/// <summary>
/// The "VM" serial protocol of OpenIPMI (lanserv/README.vm), which QEMU's ipmi-bmc-extern speaks. A message is
/// <c>sequence, network function &lt;&lt; 2 | LUN, command, data…, checksum</c> and ends with A0h; a command is <c>code, data…</c> and
/// ends with A1h. A0h, A1h and AAh inside are sent as AAh and the byte with bit 4 set. The bytes of a message, with its checksum,
/// add up to 0 modulo 256.
/// </summary>
public static class IpmiVmProtocol
{
    /// <summary>Bytes of a frame with its escapes; IPMI messages are shorter.</summary>
    public const int FrameBytesMax = 1024;

    private const byte EndOfMessage = 0xa0;
    private const byte EndOfCommand = 0xa1;
    private const byte Escape = 0xaa;
    private const byte EscapeBit = 0x10;
    private const int MessageOverhead = 4;

    /// <summary>Takes one frame off the front of <paramref name="buffer"/>; false when its end has not come yet.</summary>
    /// <exception cref="InvalidDataException">No end within <see cref="FrameBytesMax"/>: the other side does not speak this.</exception>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, out IpmiVmFrame? frame)
    {
        var reader = new SequenceReader<byte>(buffer);
        if (!reader.TryReadToAny(out ReadOnlySequence<byte> escaped, [EndOfMessage, EndOfCommand], advancePastDelimiter: false))
        {
            if (buffer.Length > FrameBytesMax)
                throw new InvalidDataException($"no IPMI frame ends within {FrameBytesMax} bytes");
            frame = null;
            return false;
        }
        reader.TryRead(out var end);
        buffer = buffer.Slice(reader.Position);
        frame = escaped.Length > FrameBytesMax ? new IpmiVmInvalid("longer than the limit") : Parse(escaped, end);
        return true;
    }

    public static byte[] Write(IpmiVmFrame frame) => frame switch
    {
        IpmiVmMessage message => WriteMessage(message),
        IpmiVmCommand command => WriteEscaped([command.Code, .. command.Data.Span], EndOfCommand),
        _ => throw new ArgumentException("not a frame to be sent", nameof(frame)),
    };

    private static byte[] WriteMessage(IpmiVmMessage message)
    {
        var bytes = new byte[MessageOverhead + message.Data.Length];
        bytes[0] = message.Sequence;
        bytes[1] = (byte)((message.NetFn << 2) | message.Lun);
        bytes[2] = message.Command;
        message.Data.CopyTo(bytes.AsMemory(3));
        bytes[^1] = (byte)-Sum(bytes);
        return WriteEscaped(bytes, EndOfMessage);
    }

    private static byte[] WriteEscaped(ReadOnlySpan<byte> bytes, byte end)
    {
        var escaped = new ArrayBufferWriter<byte>(bytes.Length + 8);
        foreach (var value in bytes)
            if (value is EndOfMessage or EndOfCommand or Escape)
                escaped.Write([Escape, (byte)(value | EscapeBit)]);
            else
                escaped.Write([value]);
        escaped.Write([end]);
        return escaped.WrittenSpan.ToArray();
    }

    private static IpmiVmFrame Parse(ReadOnlySequence<byte> escaped, byte end)
    {
        var bytes = new byte[escaped.Length];
        var length = 0;
        var inEscape = false;
        foreach (var segment in escaped)
            foreach (var value in segment.Span)
            {
                if (inEscape)
                    bytes[length++] = (byte)(value & ~EscapeBit);
                else if (value != Escape)
                    bytes[length++] = value;
                inEscape = !inEscape && value == Escape;
            }
        if (inEscape)
            return new IpmiVmInvalid("ends within an escape");
        var content = bytes.AsMemory(0, length);
        if (end == EndOfCommand)
            return length == 0 ? new IpmiVmInvalid("an empty command") : new IpmiVmCommand(content.Span[0], content[1..]);
        if (length < MessageOverhead)
            return new IpmiVmInvalid("a message shorter than its header");
        if (Sum(content.Span) != 0)
            return new IpmiVmInvalid("a wrong checksum");
        var function = content.Span[1];
        return new IpmiVmMessage(content.Span[0], (byte)(function >> 2), (byte)(function & 3), content.Span[2], content[3..^1]);
    }

    private static byte Sum(ReadOnlySpan<byte> bytes)
    {
        byte sum = 0;
        foreach (var value in bytes)
            sum += value;
        return sum;
    }
}
