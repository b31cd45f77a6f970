using System.Security.Cryptography;
using System.Text;
using Lab.Contracts.Link;
using Lab.Manager.Configuration;
using Lab.Manager.Pki;
using Lab.Protocols.NvmeTcp;

namespace Lab.Manager.BlockStorage;

/// <summary>
/// The secret with which a host authenticates to the subsystem of one volume. It is derived, so that neither the database nor a spec at
/// rest holds one; what it is derived from is a file of the state directory that its owner alone reads.
/// </summary>
internal sealed class HostSecrets
{
    public const string KeyFile = "volumes.key";
    private const int KeyBytes = 32;
    private readonly byte[] key;

    private HostSecrets(byte[] key) => this.key = key;

    /// <exception cref="ManagerException">The key cannot be read or made.</exception>
    public static HostSecrets Open(string stateDirectory)
    {
        var path = Path.Combine(stateDirectory, KeyFile);
        try
        {
            if (!File.Exists(path))
                PrivateFile.Write(path, Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)));
            var key = Convert.FromBase64String(File.ReadAllText(path));
            return key.Length == KeyBytes ? new HostSecrets(key) : throw new ManagerException($"{path} holds no key of {KeyBytes} bytes");
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new ManagerException($"{path}: {e.Message}", e);
        }
    }

    public NvmeHost HostOf(Guid volumeId, string hostNqn) => new(hostNqn, SecretOf(volumeId, hostNqn));

    /// <summary>The spec as the agent gets it.</summary>
    public NodeSpec Complete(NodeSpec spec) => spec with
    {
        Volumes = [.. spec.Volumes.Select(volume => volume.Host is { } host ? volume with { Host = HostOf(volume.Id, host.Nqn) } : volume)],
    };

    private string SecretOf(Guid volumeId, string hostNqn) => DhchapSecret.Format(
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, KeyBytes, info: Encoding.UTF8.GetBytes($"{Volume.ExportName(volumeId)} {hostNqn}")));
}
