using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Lab.Manager.Identity;

/// <summary>A token is 256 random bits (a few values are left out) as Base64url (RFC 4648 §5). Only its SHA-256 is stored: a copy of the database opens nothing.</summary>
internal static class TokenText
{
    private const int Bytes = 32;

    /// <summary>Characters of 32 bytes in Base64url without padding.</summary>
    public const int Length = 43;

    /// <summary>Never begins with a dash: a command line would take it for an option.</summary>
    public static string Create()
    {
        string text;
        do
            text = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));
        while (text[0] == '-');
        return text;
    }

    /// <returns>The SHA-256 of a token in lower-case hexadecimal.</returns>
    public static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    public static bool IsWellFormed(string? text) =>
        text is { Length: Length } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
