using System.Net;

namespace Lab.Manager.Configuration;

/// <summary>How one manager process runs; made from the command line, validated once.</summary>
internal sealed record ManagerOptions
{
    /// <summary>Where the public REST APIs listen (HTTPS). Port 0 takes a free one.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 8443);

    /// <summary>Where the agents dial in (HTTPS, client certificates of the manager's own authority).</summary>
    public IPEndPoint Link { get; init; } = new(IPAddress.Loopback, 8444);

    /// <summary>Base of the URLs in the catalog and in links, no trailing slash; null takes the one of the request.</summary>
    public string? PublicUrl { get; init; }

    /// <summary>Directory (0700) of the database, the authority's key and temporary files.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>YAML file of projects, users, roles and flavors; null starts without any.</summary>
    public string? BootstrapFile { get; init; }

    /// <summary>Base URL of the storage target's REST management (HTTPS, mutual TLS), without <c>/v1</c>.</summary>
    public required Uri Storage { get; init; }
    public string? StorageCertificateFile { get; init; }
    public string? StorageKeyFile { get; init; }

    /// <summary>PEM of the authority that signed the storage target's certificate.</summary>
    public string? StorageAuthorityFile { get; init; }

    /// <summary>Connection string; null is SQLite in the state directory, one with <c>Host=</c> is PostgreSQL.</summary>
    public string? Database { get; init; }

    public string DatabaseConnection => Database ?? $"Data Source={Path.Combine(StateDirectory, "manager.db")}";
}
