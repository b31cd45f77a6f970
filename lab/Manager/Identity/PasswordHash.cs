using System.Security.Cryptography;
using System.Text;

namespace Lab.Manager.Identity;

/// <summary>A password as PBKDF2-HMAC-SHA512 (RFC 8018 §5.2) keeps it; verified in constant time.</summary>
internal sealed class PasswordHash
{
    /// <summary>OWASP's figure for PBKDF2-HMAC-SHA512.</summary>
    public const int Iterations = 210_000;

    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    private readonly byte[] salt;
    private readonly byte[] hash;

    private PasswordHash(byte[] salt, byte[] hash) => (this.salt, this.hash) = (salt, hash);

    /// <summary>A hash that no password matches. Verifying against it takes as long, so that an unknown user cannot be told by time.</summary>
    public static PasswordHash Unmatchable { get; } =
        new(RandomNumberGenerator.GetBytes(SaltBytes), RandomNumberGenerator.GetBytes(HashBytes));

    public static PasswordHash Of(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return new PasswordHash(salt, Derive(password, salt));
    }

    public bool Matches(string password) => CryptographicOperations.FixedTimeEquals(Derive(password, salt), hash);

    private static byte[] Derive(string password, byte[] salt) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, Iterations, HashAlgorithmName.SHA512, HashBytes);
}
