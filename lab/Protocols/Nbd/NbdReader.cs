using System.Buffers.Binary;
using System.Text;

namespace Lab.Protocols.Nbd;

/// <summary>Cursor over the data of one option; every read fails rather than pass the end.</summary>
internal ref struct NbdReader(ReadOnlySpan<byte> source)
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, true);
    private ReadOnlySpan<byte> rest = source;

    public readonly bool AtEnd => rest.IsEmpty;

    public bool TryReadUInt16(out ushort value)
    {
        if (!BinaryPrimitives.TryReadUInt16BigEndian(rest, out value))
            return false;
        rest = rest[2..];
        return true;
    }

    public bool TryReadUInt32(out uint value)
    {
        if (!BinaryPrimitives.TryReadUInt32BigEndian(rest, out value))
            return false;
        rest = rest[4..];
        return true;
    }

    /// <summary>A 32-bit length and that many bytes of UTF-8 without NUL.</summary>
    public bool TryReadString(out string value)
    {
        value = "";
        if (!TryReadUInt32(out var length) || length > NbdLimits.StringBytesMax || length > rest.Length)
            return false;
        if (!TryDecode(rest[..(int)length], out value))
            return false;
        rest = rest[(int)length..];
        return true;
    }

    public static bool TryDecode(ReadOnlySpan<byte> bytes, out string value)
    {
        value = "";
        if (bytes.Length > NbdLimits.StringBytesMax || bytes.Contains((byte)0))
            return false;
        try
        {
            value = StrictUtf8.GetString(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
