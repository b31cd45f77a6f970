
using System.Net.Sockets;
using Lab.Harness.Processes;
using Lab.Interop.Docker;

namespace Lab.Harness.Launch;

/// <summary>
/// The Docker Engine the SoCs run on: the machine's own when one answers (DOCKER_HOST, else /var/run/docker.sock), of which only
/// objects with the lab's label are touched; else one of the lab's, without bridge or packet filter, ended when the lab is done with it.
/// </summary>
public sealed class DockerService : IAsyncDisposable
{
    /// <summary>Name, beside the testbeds', of the directory of the lab's own engine.</summary>
    public const string Directory = "docker.d";

    /// <summary>Value of <see cref="TestbedPaths.OwnerVariable"/> that marks the lab's own engine.</summary>
    private const string Owner = "docker.d";

    private const string MachineSocket = "/var/run/docker.sock";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly bool isOwn;

    internal DockerService(DockerClient client, bool isOwn)
    {
        Client = client;
        this.isOwn = isOwn;
    }

    public DockerClient Client { get; }

    private static string OwnSocket => Path.Combine(TestbedPaths.RunRoot, Directory, "docker.sock");

    /// <returns>Socket of the machine's engine; null when none runs.</returns>
    /// <exception cref="IOException">DOCKER_HOST names something that is no Unix socket.</exception>
    public static async Task<string?> FindAsync(CancellationToken token)
    {
        var host = Environment.GetEnvironmentVariable("DOCKER_HOST");
        if (!string.IsNullOrEmpty(host) && !host.StartsWith("unix://", StringComparison.Ordinal))
            throw new IOException($"DOCKER_HOST is {host}; the lab mounts directories into its containers and needs unix://");
        var socket = string.IsNullOrEmpty(host) ? MachineSocket : host["unix://".Length..];
        return await AnswersAsync(socket, token) ? socket : null;
    }

    /// <summary>True when the lab's own engine runs or left files.</summary>
    public static bool OwnMayRun => System.IO.Directory.Exists(Path.GetDirectoryName(OwnSocket));

    /// <returns>The engine that the lab would use, if it runs; nothing is started.</returns>
    public static async Task<DockerClient?> FindRunningAsync(CancellationToken token) =>
        await FindAsync(token) is { } machine ? new DockerClient(machine)
        : await AnswersAsync(OwnSocket, token) ? new DockerClient(OwnSocket)
        : null;

    public static async Task<DockerService> StartAsync(TimeProvider clock, CancellationToken token)
    {
        if (await FindAsync(token) is { } machine)
            return new DockerService(new DockerClient(machine), isOwn: false);
        if (!await AnswersAsync(OwnSocket, token))
        {
            var run = System.IO.Directory.CreateDirectory(Path.GetDirectoryName(OwnSocket)!).FullName;
            var data = System.IO.Directory.CreateDirectory(Path.Combine(TestbedPaths.CacheRoot, "docker")).FullName;
            // The machine's own /etc/docker/daemon.json is not for this engine.
            var configuration = Path.Combine(run, "daemon.json");
            await File.WriteAllTextAsync(configuration, "{}", token);
            File.Delete(Path.Combine(run, "docker.pid"));
            await Detached.StartAsync(
                [
                    "dockerd", "--host", "unix://" + OwnSocket, "--data-root", data, "--exec-root", Path.Combine(run, "exec"),
                    "--pidfile", Path.Combine(run, "docker.pid"), "--bridge", "none", "--iptables=false", "--ip6tables=false",
                    "--config-file", configuration,
                ],
                new Dictionary<string, string> { [TestbedPaths.OwnerVariable] = Owner }, token, Path.Combine(run, "dockerd.log"));
            await Wait.UntilAsync("dockerd (" + Path.Combine(run, "dockerd.log") + ")", StartLimit, t => AnswersAsync(OwnSocket, t), token);
        }
        return new DockerService(new DockerClient(OwnSocket), isOwn: true);
    }

    /// <returns>Names of the testbed's containers, which are gone now.</returns>
    public async Task<IReadOnlyList<string>> RemoveContainersAsync(string testbed, CancellationToken token)
    {
        var containers = await Client.Containers.ListContainersAsync($"{TestbedPaths.DockerLabel}={testbed}", token);
        foreach (var container in containers)
            await Client.Containers.RemoveContainerAsync(container.Id, force: true, token);
        return [.. containers.Select(c => c.Names[0].TrimStart('/'))];
    }

    /// <summary>Ends the lab's own engine, unless another testbed has containers on it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (isOwn && (await Client.Containers.ListContainersAsync(TestbedPaths.DockerLabel, CancellationToken.None)).Count == 0)
        {
            var run = Path.GetDirectoryName(OwnSocket)!;
            var pid = await File.ReadAllTextAsync(Path.Combine(run, "docker.pid"), CancellationToken.None);
            await Tool.TryRunAsync("kill", ["-TERM", pid.Trim()], CancellationToken.None);
            await Wait.UntilAsync("dockerd to end", StartLimit, _ => Task.FromResult(!System.IO.Directory.Exists("/proc/" + pid.Trim())), CancellationToken.None);
            await new OwnedProcesses(Owner, run).EndAsync([], CancellationToken.None);
            System.IO.Directory.Delete(run, recursive: true);
        }
        Client.Dispose();
    }

    private static async Task<bool> AnswersAsync(string socket, CancellationToken token)
    {
        if (!File.Exists(socket))
            return false;
        using var client = new DockerClient(socket);
        try
        {
            await client.System.PingAsync(token);
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or SocketException)
        {
            return false;
        }
    }
}
