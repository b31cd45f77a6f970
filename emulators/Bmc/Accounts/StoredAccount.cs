using System.Security.Cryptography;
using System.Text;

namespace Lab.Emulators.Bmc.Accounts;

/// <summary>An account and a digest of its password.</summary>
/// <param name="PasswordDigest">
/// SHA-256, hexadecimal. Bootstrap passwords are random with more than 90 bits, so a slow digest would add nothing but latency.
/// </param>
public sealed record StoredAccount(string Id, string UserName, Role Role, bool IsBootstrap, string PasswordDigest)
{
    internal static StoredAccount Create(string id, string userName, string password, Role role, bool isBootstrap) =>
        new(id, userName, role, isBootstrap, Convert.ToHexString(Digest(password)));

    internal Account ToAccount() => new(Id, UserName, Role, IsBootstrap);

    internal bool Accepts(string password) =>
        CryptographicOperations.FixedTimeEquals(Digest(password), Convert.FromHexString(PasswordDigest));

    private static byte[] Digest(string password) => SHA256.HashData(Encoding.UTF8.GetBytes(password));
}
