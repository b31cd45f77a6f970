using System.Collections.Immutable;

namespace Lab.Emulators.Bmc.Device;

/// <param name="Type">Redfish's: CertificateType (PEM), or SignatureType of the UEFI registry.</param>
public sealed record SecureBootKey(string Id, string Type, string Text, string? Owner = null);

/// <summary>One database of UEFI Secure Boot (UEFI 2.10 §32.6).</summary>
public sealed record SecureBootDatabase
{
    public ImmutableList<SecureBootKey> Certificates { get; init; } = [];
    public ImmutableList<SecureBootKey> Signatures { get; init; } = [];
    public int LastId { get; init; }

    public SecureBootDatabase AddCertificate(string type, string text, string? owner) =>
        this with { LastId = LastId + 1, Certificates = Certificates.Add(new SecureBootKey(NextId, type, text, owner)) };

    public SecureBootDatabase AddSignature(string type, string text, string? owner) =>
        this with { LastId = LastId + 1, Signatures = Signatures.Add(new SecureBootKey(NextId, type, text, owner)) };

    public string NextId => (LastId + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
}

public enum SecureBootKeysReset { ResetAllKeysToDefault, DeleteAllKeys, DeletePK }

/// <summary>Secure boot: the switch acts at the next start, the databases at once.</summary>
public sealed record SecureBootState
{
    public const string PlatformKey = "PK";

    /// <summary>What can be written, and beside each what it is reset to.</summary>
    public static readonly string[] DatabaseIds = [PlatformKey, "KEK", "db", "dbx"];
    private const string DefaultSuffix = "Default";

    public bool Enable { get; init; }

    /// <summary>What the host last started with.</summary>
    public bool CurrentBoot { get; init; }
    public ImmutableSortedDictionary<string, SecureBootDatabase> Databases { get; init; } = Defaults;

    /// <summary>A host without a platform key is in set-up mode (UEFI 2.10 §32.3).</summary>
    public bool IsSetupMode => Databases[PlatformKey] is { Certificates.Count: 0, Signatures.Count: 0 };

    private static ImmutableSortedDictionary<string, SecureBootDatabase> Defaults { get; } =
        DatabaseIds.ToImmutableSortedDictionary(id => id, DefaultOf, StringComparer.Ordinal);

    /// <summary>Null when there is no such database.</summary>
    public SecureBootDatabase? Find(string id)
    {
        if (Databases.TryGetValue(id, out var database))
            return database;
        return IsDefault(id) ? DefaultOf(id[..^DefaultSuffix.Length]) : null;
    }

    public static bool IsDefault(string id) =>
        id.EndsWith(DefaultSuffix, StringComparison.Ordinal) && DatabaseIds.Contains(id[..^DefaultSuffix.Length]);

    public static IEnumerable<string> AllIds => DatabaseIds.SelectMany(id => new[] { id, id + DefaultSuffix });

    public SecureBootState With(string id, SecureBootDatabase database) => this with { Databases = Databases.SetItem(id, database) };

    public SecureBootState Reset(SecureBootKeysReset how) => how switch
    {
        SecureBootKeysReset.ResetAllKeysToDefault => this with { Databases = Defaults },
        SecureBootKeysReset.DeleteAllKeys => this with { Databases = Databases.ToImmutableSortedDictionary(d => d.Key, _ => new SecureBootDatabase(), StringComparer.Ordinal) },
        _ => With(PlatformKey, new SecureBootDatabase()),
    };

    // Secure boot needs a platform key to verify against.
    public SecureBootState Started() => this with { CurrentBoot = Enable && !IsSetupMode };

    private static SecureBootDatabase DefaultOf(string id) =>
        id == "dbx" ? new SecureBootDatabase() : new SecureBootDatabase().AddCertificate("PEM", SecureBootDefaults.Certificate, owner: null);
}
