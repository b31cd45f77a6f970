using System.Diagnostics;
using Lab.Interop.Docker;
using Lab.Interop.Tests.Docker;

[assembly: AssemblyFixture(typeof(DockerFixture))]

namespace Lab.Interop.Tests.Docker;

/// <summary>A docker engine of these tests' own: own socket, data and state, no bridge, no packet filter. It ends with them.</summary>
public sealed class DockerFixture : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("lab-docker-");
    private readonly Lazy<Task<DockerClient>> client;
    private Process? daemon;

    public DockerFixture() => client = new Lazy<Task<DockerClient>>(StartAsync);

    /// <summary>The engine, started when a test first asks; a failed start fails every test that asks.</summary>
    public Task<DockerClient> ClientAsync() => client.Value;

    public async ValueTask DisposeAsync()
    {
        if (daemon is not null)
        {
            using (var kill = Process.Start("kill", ["-TERM", $"{daemon.Id}"]))
                await kill.WaitForExitAsync();
            await daemon.WaitForExitAsync();
            daemon.Dispose();
        }
        directory.Delete(recursive: true);
    }

    private async Task<DockerClient> StartAsync()
    {
        string Private(string name) => Path.Combine(directory.FullName, name);
        // Keeps the machine's /etc/docker/daemon.json out; an empty file is no valid one.
        await File.WriteAllTextAsync(Private("daemon.json"), "{}");
        daemon = Process.Start("dockerd",
        [
            "--host", "unix://" + Private("docker.sock"), "--data-root", Private("data"), "--exec-root", Private("exec"),
            "--pidfile", Private("docker.pid"), "--config-file", Private("daemon.json"), "--bridge", "none", "--iptables=false",
            "--ip6tables=false", "--log-level", "error",
        ]);
        var docker = new DockerClient(Private("docker.sock"));
        using var limit = new CancellationTokenSource(StartLimit);
        while (true)
        {
            try
            {
                await docker.System.PingAsync(limit.Token);
                return docker;
            }
            catch (HttpRequestException) when (!daemon.HasExited)
            {
                await Task.Delay(LookInterval, TimeProvider.System, limit.Token);
            }
        }
    }
}
