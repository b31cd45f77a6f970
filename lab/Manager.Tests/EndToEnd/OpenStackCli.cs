using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Lab.Manager.Tests.EndToEnd;

/// <summary>Debian's <c>openstack</c> program, with credentials by environment and a home of its own for its caches.</summary>
internal sealed class OpenStackCli(Uri manager, string authorityFile, string user, string project, string password, string home)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    /// <summary>The auth URL's path after the manager's public URL.</summary>
    public string AuthPath { get; init; } = "identity";

    /// <summary>Runs a command that must succeed and reads its JSON.</summary>
    public async Task<JsonNode> JsonAsync(params string[] arguments)
    {
        var (status, output, errors) = await RunAsync([.. arguments, "-f", "json"]);
        Assert.True(status == 0, $"openstack {string.Join(' ', arguments)}: {errors}");
        return JsonNode.Parse(output)!;
    }

    /// <summary>Runs a command that must succeed and gives what it prints.</summary>
    public async Task<string> TextAsync(params string[] arguments)
    {
        var (status, output, errors) = await RunAsync(arguments);
        Assert.True(status == 0, $"openstack {string.Join(' ', arguments)}: {errors}");
        return output;
    }

    /// <summary>Runs a command that must succeed.</summary>
    public Task DoAsync(params string[] arguments) => TextAsync(arguments);

    /// <summary>Runs a command that must be refused.</summary>
    /// <returns>What it complains about.</returns>
    public async Task<string> RefusedAsync(params string[] arguments)
    {
        var (status, output, errors) = await RunAsync(arguments);
        Assert.True(status != 0, $"openstack {string.Join(' ', arguments)} succeeded: {output}");
        return errors;
    }

    private async Task<(int Status, string Output, string Errors)> RunAsync(string[] arguments)
    {
        var start = new ProcessStartInfo("openstack", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("OS_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["HOME"] = home;
        start.Environment["OS_AUTH_URL"] = new Uri(manager, AuthPath).ToString();
        start.Environment["OS_CACERT"] = authorityFile;
        start.Environment["OS_IDENTITY_API_VERSION"] = "3";
        start.Environment["OS_USERNAME"] = user;
        start.Environment["OS_PASSWORD"] = password;
        start.Environment["OS_PROJECT_NAME"] = project;
        start.Environment["OS_USER_DOMAIN_NAME"] = "Default";
        start.Environment["OS_PROJECT_DOMAIN_NAME"] = "Default";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var timeout = new CancellationTokenSource(Limit);
        var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
        var errors = process.StandardError.ReadToEndAsync(timeout.Token);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
            return (process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
