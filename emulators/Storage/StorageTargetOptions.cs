using System.Net;
using Lab.Emulators.Storage.Faults;
using Lab.Emulators.Storage.NvmeTcp;
using Lab.Emulators.Storage.Store;

namespace Lab.Emulators.Storage;

/// <summary>What a storage target serves, and where.</summary>
public sealed record StorageTargetOptions
{
    public required PoolOptions Pool { get; init; }

    /// <summary>Where the management listens; port 0 takes a free one.</summary>
    public required IPEndPoint Rest { get; init; }

    /// <summary>Where NBD listens; port 0 takes a free one; null for nowhere.</summary>
    public required IPEndPoint? Nbd { get; init; }

    /// <summary>The NVMe/TCP front; null for none.</summary>
    public NvmeTargetOptions? Nvme { get; init; }

    /// <summary>The host:port in the URLs of exports; null: as <see cref="Nbd"/>.</summary>
    public string? Advertise { get; init; }

    /// <summary>Faults that act from the start.</summary>
    public IReadOnlyList<FaultRule> Faults { get; init; } = [];

    /// <summary>Mutual TLS of the management; null only on loopback.</summary>
    public ManagementTlsFiles? Tls { get; init; }
}

/// <summary>PEM files: the server's certificate and key, and the authority whose clients may come in.</summary>
public sealed record ManagementTlsFiles(string Certificate, string Key, string ClientAuthority);
