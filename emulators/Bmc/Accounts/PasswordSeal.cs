using System.Security.Cryptography;
using System.Text;

namespace Lab.Emulators.Bmc.Accounts;

/// <summary>
/// Passwords on disk, encrypted under a key in another file. A digest would not do: RAKP needs the password itself (IPMI 2.0 §13.28).
/// </summary>
internal sealed class PasswordSeal
{
    private const int KeyBytes = 32;
    private static readonly int NonceBytes = AesGcm.NonceByteSizes.MaxSize;
    private static readonly int TagBytes = AesGcm.TagByteSizes.MaxSize;
    private readonly byte[] key;

    /// <param name="keyFile">Null: the key lives as long as the process.</param>
    internal PasswordSeal(string? keyFile)
    {
        if (keyFile is not null && File.Exists(keyFile))
        {
            key = File.ReadAllBytes(keyFile);
            return;
        }
        key = RandomNumberGenerator.GetBytes(KeyBytes);
        if (keyFile is null)
            return;
        using var file = new FileStream(keyFile, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        file.Write(key);
    }

    internal byte[] Seal(string password)
    {
        var plain = Encoding.UTF8.GetBytes(password);
        var result = new byte[NonceBytes + TagBytes + plain.Length];
        RandomNumberGenerator.Fill(result.AsSpan(0, NonceBytes));
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Encrypt(result.AsSpan(0, NonceBytes), plain, result.AsSpan(NonceBytes + TagBytes), result.AsSpan(NonceBytes, TagBytes));
        return result;
    }

    /// <exception cref="InvalidDataException">It was sealed under another key, or is damaged.</exception>
    internal string Open(byte[] sealedPassword)
    {
        if (sealedPassword.Length < NonceBytes + TagBytes)
            throw new InvalidDataException("a stored password is cut off");
        var plain = new byte[sealedPassword.Length - NonceBytes - TagBytes];
        using var cipher = new AesGcm(key, TagBytes);
        try
        {
            var bytes = sealedPassword.AsSpan();
            cipher.Decrypt(bytes[..NonceBytes], bytes[(NonceBytes + TagBytes)..], bytes.Slice(NonceBytes, TagBytes), plain);
        }
        catch (CryptographicException e)
        {
            throw new InvalidDataException("a stored password cannot be opened: " + e.Message, e);
        }
        return Encoding.UTF8.GetString(plain);
    }
}
