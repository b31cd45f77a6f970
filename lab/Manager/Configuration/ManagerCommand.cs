using System.CommandLine;
using System.Net;
using Lab.Manager.Hosting;
using Lab.Manager.Link;

namespace Lab.Manager.Configuration;

/// <summary>The command line of the manager.</summary>
internal static class ManagerCommand
{
    public static RootCommand Create()
    {
        var listen = EndPointOption("--listen", "Address and port of the public REST APIs (HTTPS).", 8443);
        var link = EndPointOption("--link", "Address and port that agents dial (HTTPS, client certificates).", 8444);
        var publicUrl = new Option<string?>("--public-url") { Description = "Base URL in the catalog; without it, the one a request came to." };
        var state = StateDirectoryOption();
        var bootstrap = new Option<string?>("--bootstrap") { Description = "YAML file of projects, users, roles and flavors." };
        var storage = StorageOption();
        var storageCertificate = new Option<string?>("--storage-cert") { Description = "PEM file: client certificate for the storage target." };
        var storageKey = new Option<string?>("--storage-key") { Description = "PEM file (0600): its private key." };
        var storageAuthority = new Option<string?>("--storage-ca") { Description = "PEM file: authority of the storage target's certificate." };
        var database = DatabaseOption();

        var root = new RootCommand("The manager: OpenStack-shaped control plane of DPU-based bare metal.")
        {
            listen, link, publicUrl, state, bootstrap, storage, storageCertificate, storageKey, storageAuthority, database,
        };
        root.SetAction((parsed, token) => ManagerHost.RunAsync(
            new ManagerOptions
            {
                Listen = parsed.GetRequiredValue(listen),
                Link = parsed.GetRequiredValue(link),
                PublicUrl = parsed.GetValue(publicUrl)?.TrimEnd('/'),
                StateDirectory = parsed.GetRequiredValue(state),
                BootstrapFile = parsed.GetValue(bootstrap),
                Storage = parsed.GetRequiredValue(storage),
                StorageCertificateFile = parsed.GetValue(storageCertificate),
                StorageKeyFile = parsed.GetValue(storageKey),
                StorageAuthorityFile = parsed.GetValue(storageAuthority),
                Database = parsed.GetValue(database),
            },
            token));
        root.Add(EnrolmentTokenCommand());
        return root;
    }

    private static Command EnrolmentTokenCommand()
    {
        var state = StateDirectoryOption();
        var database = DatabaseOption();
        var seconds = new Option<int>("--expires-in")
        {
            Description = "Seconds until the token is worthless.",
            DefaultValueFactory = _ => (int)EnrolmentTokens.DefaultLifetime.TotalSeconds,
        };
        seconds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var value && (value < 1 || value > EnrolmentTokens.LifetimeMax.TotalSeconds))
                result.AddError($"--expires-in: from 1 to {EnrolmentTokens.LifetimeMax.TotalSeconds} seconds");
        });
        var create = new Command("create", "Makes a one-time token with which one DPU may enrol, and writes it to standard output.") { state, database, seconds };
        create.SetAction((parsed, token) => EnrolmentTokenVerb.RunAsync(
            parsed.GetRequiredValue(state), parsed.GetValue(database), TimeSpan.FromSeconds(parsed.GetValue(seconds)), token));
        return new Command("enrolment-token", "Tokens with which DPUs enrol.") { create };
    }

    private static Option<Uri> StorageOption() => new("--storage")
    {
        Required = true,
        Description = "Base URL of the storage target's management (HTTPS, mutual TLS).",
        CustomParser = result =>
        {
            if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps)
                return url;
            result.AddError($"--storage: '{result.Tokens[0].Value}' is no https:// URL");
            return null;
        },
    };

    private static Option<string> StateDirectoryOption() =>
        new("--state-dir") { Description = "Directory of the manager's state; made (0700) when missing.", Required = true };

    private static Option<string?> DatabaseOption() =>
        new("--database") { Description = "Connection string: PostgreSQL when it has Host=, else SQLite (default: in the state directory)." };

    private static Option<IPEndPoint> EndPointOption(string name, string description, int defaultPort) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => new IPEndPoint(IPAddress.Loopback, defaultPort),
        CustomParser = result =>
        {
            if (IPEndPoint.TryParse(result.Tokens[0].Value, out var endPoint))
                return endPoint;
            result.AddError($"{name}: '{result.Tokens[0].Value}' is not ADDRESS:PORT");
            return null;
        },
    };
}
