using System.Runtime.InteropServices;
using Lab.Harness.Images;
using Lab.Harness.Processes;
using Lab.Interop.Docker;
using Lab.Interop.Tests.Docker;

namespace Lab.Harness.Tests.Images;

public sealed class SocImageTests(DockerFixture engine)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>The .NET that runs the tests.</summary>
    private static readonly string Dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Container_UnderSocLimits_RunsSwitchStorageAndDotnet()
    {
        var docker = await engine.ClientAsync();
        var image = await SocImage.EnsureAsync(docker, Token);
        var logs = Directory.CreateTempSubdirectory("lab-soc-");
        var created = await docker.Containers.CreateContainerAsync(Parameters(image, logs.FullName), Token);
        try
        {
            await docker.Containers.StartContainerAsync(created.Id, Token);

            await SwitchesAsync(docker, created.Id);
            await ServesVhostUserBlkAsync(docker, created.Id);
            Assert.Contains("Microsoft.AspNetCore.App", await RunAsync(docker, created.Id, "/opt/dotnet/dotnet --list-runtimes"), StringComparison.Ordinal);
            await RunAsync(docker, created.Id, "/opt/dotnet/dotnet /opt/lab/hello/Lab.Emulators.Dpu.dll --help");
            await ComesBackAsync(docker, created.Id);
            Assert.Contains("ovsdb", await File.ReadAllTextAsync(Path.Combine(logs.FullName, "ovsdb-server", "current"), Token), StringComparison.Ordinal);

            await docker.Containers.StopContainerAsync(created.Id, TimeSpan.FromSeconds(20), Token);
            Assert.Equal(0, (await docker.Containers.InspectContainerAsync(created.Id, Token)).State.ExitCode);
        }
        finally
        {
            await docker.Containers.RemoveContainerAsync(created.Id, force: true, CancellationToken.None);
            logs.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Ensure_Again_ImportsNothing()
    {
        var docker = await engine.ClientAsync();
        var name = await SocImage.EnsureAsync(docker, Token);

        var image = await docker.Images.FindImageAsync(name, Token);

        Assert.Equal(name, await SocImage.EnsureAsync(docker, Token));
        Assert.Equal(image, await docker.Images.FindImageAsync(name, Token));
    }

    private static CreateContainerParameters Parameters(string image, string logs) => new()
    {
        Image = image,
        Name = $"lab-test-soc-{Guid.NewGuid():n}",
        Labels = new Dictionary<string, string> { ["lab.test"] = "soc" },
        HostConfig = new HostConfig
        {
            NetworkMode = "none",
            CapDrop = ["ALL"],
            CapAdd = [.. SocImage.Capabilities],
            Devices = [new DeviceMapping("/dev/net/tun", "/dev/net/tun", "rwm")],
            NanoCpus = 1_000_000_000,
            Memory = 512 * 1024 * 1024,
            Tmpfs = new Dictionary<string, string> { ["/run"] = "mode=755" },
            Binds = [$"{Dotnet}:{SocImage.DotnetPath}:ro", $"{AppContext.BaseDirectory}:/opt/lab/hello:ro", $"{logs}:{SocImage.LogPath}"],
        },
    };

    /// <summary>Open vSwitch with the userspace datapath takes a tap and answers by its own address.</summary>
    private static async Task SwitchesAsync(DockerClient docker, string id)
    {
        await Wait.UntilAsync("ovs-vswitchd", Limit, async t => (await docker.Exec.RunAsync(
            id, ["ovs-vsctl", "--timeout=5", "add-br", "br-int", "--", "set", "bridge", "br-int", "datapath_type=netdev"], t)).ExitCode == 0, Token);
        await RunAsync(docker, id, "ip tuntap add dev tap0 mode tap && ip link set tap0 up && ovs-vsctl --timeout=10 add-port br-int tap0");
        await RunAsync(docker, id, "ip addr add 192.0.2.1/24 dev br-int && ip link set br-int up");
        Assert.Equal("[]", await RunAsync(docker, id, "ovs-vsctl get interface tap0 error"));
        Assert.Contains("LOCAL", await RunAsync(docker, id, "ovs-ofctl show br-int"), StringComparison.Ordinal);
    }

    private static async Task ServesVhostUserBlkAsync(DockerClient docker, string id)
    {
        await RunAsync(docker, id, """
            truncate -s 64M /tmp/disk &&
            qemu-storage-daemon --daemonize --blockdev driver=file,filename=/tmp/disk,node-name=disk \
                --export type=vhost-user-blk,id=e,node-name=disk,writable=on,addr.type=unix,addr.path=/tmp/vhost.sock &&
            test -S /tmp/vhost.sock
            """);
    }

    private static async Task ComesBackAsync(DockerClient docker, string id)
    {
        var before = await RunAsync(docker, id, "pidof ovs-vswitchd");
        await RunAsync(docker, id, $"kill -9 {before}");
        await Wait.UntilAsync("another ovs-vswitchd", Limit, async t =>
        {
            var now = (await docker.Exec.RunAsync(id, ["pidof", "ovs-vswitchd"], t)).Output.Trim();
            return now.Length > 0 && now != before;
        }, Token);
    }

    private static async Task<string> RunAsync(DockerClient docker, string id, string script)
    {
        var result = await docker.Exec.RunAsync(id, ["sh", "-c", script], Token);
        Assert.True(result.ExitCode == 0, $"{script}: {result.ExitCode} {result.Output} {result.Error}");
        return result.Output.Trim();
    }
}
