using System.Diagnostics;
using Npgsql;

namespace Lab.Reports.Tests.Store;

/// <summary>A PostgreSQL of its own, on a Unix socket in a directory that is gone after the tests (Debian package postgresql).</summary>
public sealed class PostgresCluster : IAsyncLifetime
{
    // initdb refuses root; the package makes this user.
    private const string User = "postgres";

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private readonly string _directory = Directory.CreateTempSubdirectory("lab-postgres-").FullName;
    private Process? _server;

    private string Data => Path.Combine(_directory, "data");

    public async ValueTask InitializeAsync()
    {
        await RunAsync("chown", User, _directory);
        await RunAsync("runuser", "-u", User, "--", Program("initdb"), "-D", Data, "-A", "trust", "-U", "lab", "--no-sync");
        _server = Process.Start(StartInfo("runuser", "-u", User, "--", Program("postgres"), "-D", Data, "-k", _directory, "-c", "listen_addresses=", "-c", "fsync=off"))!;
        _server.OutputDataReceived += (_, _) => { };
        _server.ErrorDataReceived += (_, _) => { };
        _server.BeginOutputReadLine();
        _server.BeginErrorReadLine();

        using var limit = new CancellationTokenSource(StartLimit);
        while (!await IsUpAsync(limit.Token))
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, limit.Token);
    }

    /// <summary>A new, empty database's connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = "store" + Guid.NewGuid().ToString("N");
        await using var source = NpgsqlDataSource.Create(ConnectionString("postgres"));
        await using var command = source.CreateCommand($"CREATE DATABASE {name}");
        await command.ExecuteNonQueryAsync();
        return ConnectionString(name);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await RunAsync("runuser", "-u", User, "--", Program("pg_ctl"), "-D", Data, "stop", "-m", "immediate");
            await _server.WaitForExitAsync();
            _server.Dispose();
        }

        Directory.Delete(_directory, recursive: true);
    }

    private string ConnectionString(string database) => $"Host={_directory};Database={database};Username=lab;Password=unused-secret;Pooling=false";

    private async Task<bool> IsUpAsync(CancellationToken cancel)
    {
        try
        {
            await using var source = NpgsqlDataSource.Create(ConnectionString("postgres"));
            await using var connection = await source.OpenConnectionAsync(cancel);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    // Debian keeps the server's programs off the path, in a directory for each version.
    private static string Program(string name) =>
        Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Select(version => Path.Combine(version, "bin", name)).Last(File.Exists);

    private static ProcessStartInfo StartInfo(string program, params string[] arguments) =>
        new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(StartInfo(program, arguments))!;
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {(process.ExitCode == 0 ? "" : string.Concat(await output))}");
    }
}
