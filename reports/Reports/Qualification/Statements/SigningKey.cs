using NSec.Cryptography;

namespace Lab.Reports.Qualification.Statements;

/// <summary>An Ed25519 key (RFC 8032) in a PEM file of PKCS #8 (RFC 8410), as OpenSSL writes and reads it.</summary>
public sealed class SigningKey : IDisposable
{
    public const string PublicSuffix = ".pub";

    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly SignatureAlgorithm Algorithm = SignatureAlgorithm.Ed25519;

    private readonly Key key;

    private SigningKey(Key key) => this.key = key;

    /// <summary>What a verifier holds.</summary>
    public PublicKey Public => key.PublicKey;

    /// <summary>Makes a key: the file, which its owner alone may read, and the public half beside it.</summary>
    /// <exception cref="QualificationException">One of the files is there already.</exception>
    public static void Generate(string path)
    {
        foreach (var file in new[] { path, path + PublicSuffix })
            if (File.Exists(file))
                throw new QualificationException($"{file} is there already; a key is never written over");
        using var key = Key.Create(Algorithm, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });
        using (var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Owner }))
            file.Write(key.Export(KeyBlobFormat.PkixPrivateKeyText));
        File.WriteAllBytes(path + PublicSuffix, key.PublicKey.Export(KeyBlobFormat.PkixPublicKeyText));
    }

    /// <exception cref="QualificationException">The file is missing, no such key, or open to others.</exception>
    public static SigningKey Load(string path)
    {
        if (!File.Exists(path))
            throw new QualificationException($"there is no key {path}; `lab qualify keygen {path}` makes one");
        if ((File.GetUnixFileMode(path) & ~Owner) != 0)
            throw new QualificationException($"{path} is open to others than its owner: chmod 600 {path}");
        return Key.TryImport(Algorithm, File.ReadAllBytes(path), KeyBlobFormat.PkixPrivateKeyText, out var key)
            ? new SigningKey(key!)
            : throw new QualificationException($"{path} is no Ed25519 private key in PEM (PKCS #8)");
    }

    /// <exception cref="QualificationException">The file is missing, or no such key.</exception>
    public static PublicKey LoadPublic(string path)
    {
        if (!File.Exists(path))
            throw new QualificationException($"there is no key {path}");
        return PublicKey.TryImport(Algorithm, File.ReadAllBytes(path), KeyBlobFormat.PkixPublicKeyText, out var key)
            ? key!
            : throw new QualificationException($"{path} is no Ed25519 public key in PEM; the file of a key's owner ends in {PublicSuffix}");
    }

    public byte[] Sign(ReadOnlySpan<byte> data) => Algorithm.Sign(key, data);

    public static bool Verify(PublicKey key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) => Algorithm.Verify(key, data, signature);

    public void Dispose() => key.Dispose();
}
