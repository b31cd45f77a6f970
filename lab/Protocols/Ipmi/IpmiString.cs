using System.Text;

namespace Lab.Protocols.Ipmi;

/// <summary>Strings with a type/length byte, 8-bit ASCII and Latin 1 (IPMI 2.0 §43.15; FRU Information Storage Definition §13).</summary>
public static class IpmiString
{
    private const byte Latin1 = 0xc0;

    /// <summary>Fields of one byte would be read as "no more fields".</summary>
    private const int AmbiguousLength = 1;

    /// <param name="bytesMax">Longer text is cut; 16 in sensor records, 63 in FRU areas.</param>
    /// <returns>The type/length byte and the text.</returns>
    public static byte[] Write(string text, int bytesMax)
    {
        var bytes = Encoding.Latin1.GetBytes(text.Length > bytesMax ? text[..bytesMax] : text);
        if (bytes.Length == AmbiguousLength)
            bytes = [bytes[0], (byte)' '];
        return bytes.Length == 0 ? [0] : [(byte)(Latin1 | bytes.Length), .. bytes];
    }
}
