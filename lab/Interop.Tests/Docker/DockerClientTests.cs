using System.Diagnostics;
using System.Net;
using Lab.Interop.Docker;

namespace Lab.Interop.Tests.Docker;

public sealed class DockerClientTests(DockerFixture engine)
{
    private const string Label = "lab.test=interop";
    private const string Repository = "lab-test-busybox";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Container_FromImportToRemoval_GoesThroughItsLife()
    {
        var docker = await engine.ClientAsync();
        await ImportBusyboxAsync(docker, "life");
        var created = await docker.Containers.CreateContainerAsync(new CreateContainerParameters
        {
            Name = "lab-test-life",
            Image = Repository + ":life",
            Labels = new Dictionary<string, string> { ["lab.test"] = "interop" },
            Env = ["GREETING=hello"],
            HostConfig = new HostConfig { Memory = 64 << 20, NanoCpus = 500_000_000, PidsLimit = 32, Tmpfs = new Dictionary<string, string> { ["/tmp"] = "size=1m" } },
        }, Token);
        try
        {
            await docker.Containers.StartContainerAsync(created.Id, Token);
            var state = (await docker.Containers.InspectContainerAsync(created.Id, Token)).State;
            Assert.True(state.Running);
            Assert.True(Directory.Exists($"/proc/{state.Pid}"));
            Assert.Contains(await docker.Containers.ListContainersAsync(Label, Token), c => c.Id == created.Id && c.State == "running");

            var result = await docker.Exec.RunAsync(created.Id, ["sh", "-c", "echo $GREETING; echo oh >&2; ls /sys/class/net; exit 7"], Token);
            Assert.Equal((7, "hello\nlo\n", "oh\n"), (result.ExitCode, result.Output, result.Error));

            var stats = await docker.Containers.GetContainerStatsAsync(created.Id, Token);
            Assert.True(stats.CpuStats.CpuUsage.TotalUsage > 0);
            Assert.True(stats.MemoryStats.Usage > 0);

            await docker.Containers.StopContainerAsync(created.Id, TimeSpan.FromSeconds(10), Token);
            await docker.Containers.StopContainerAsync(created.Id, TimeSpan.FromSeconds(10), Token);
            Assert.Equal(143, (await docker.Containers.InspectContainerAsync(created.Id, Token)).State.ExitCode);
        }
        finally
        {
            await docker.Containers.RemoveContainerAsync(created.Id, force: true, CancellationToken.None);
        }
        Assert.DoesNotContain(await docker.Containers.ListContainersAsync(Label, Token), c => c.Id == created.Id);
    }

    [Fact]
    public async Task Exec_WithMuchOutput_ComesWholeAndInOrder()
    {
        var docker = await engine.ClientAsync();
        await ImportBusyboxAsync(docker, "much");
        var created = await docker.Containers.CreateContainerAsync(
            new CreateContainerParameters { Name = "lab-test-much", Image = Repository + ":much" }, Token);
        try
        {
            await docker.Containers.StartContainerAsync(created.Id, Token);
            var result = await docker.Exec.RunAsync(created.Id, ["seq", "1", "100000"], Token);
            Assert.Equal(Enumerable.Range(1, 100000).Select(n => $"{n}"), result.Output.TrimEnd().Split('\n'));
        }
        finally
        {
            await docker.Containers.RemoveContainerAsync(created.Id, force: true, CancellationToken.None);
        }
    }

    [Fact]
    public async Task Inspect_OfUnknownContainer_IsNotFound()
    {
        var docker = await engine.ClientAsync();
        var refused = await Assert.ThrowsAsync<DockerApiException>(() => docker.Containers.InspectContainerAsync("lab-test-none", Token));
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        Assert.Contains("No such container", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_OfNoArchive_IsRefused()
    {
        var docker = await engine.ClientAsync();
        using var noise = new MemoryStream(new byte[1000].Select((_, i) => (byte)(i * 7)).ToArray());
        await Assert.ThrowsAsync<DockerApiException>(() => docker.Images.ImportImageAsync(noise, Repository, "noise", [], Token));
        Assert.Null(await docker.Images.FindImageAsync(Repository + ":noise", Token));
    }

    [Fact]
    public async Task Ping_WithoutEngine_IsAConnectionError()
    {
        using var docker = new DockerClient("/nonexistent/docker.sock");
        await Assert.ThrowsAsync<HttpRequestException>(() => docker.System.PingAsync(Token));
    }

    /// <summary>An image whose only file is Debian's static busybox.</summary>
    private static async Task ImportBusyboxAsync(DockerClient docker, string tag)
    {
        var root = Directory.CreateTempSubdirectory("lab-busybox-");
        try
        {
            Directory.CreateDirectory(Path.Combine(root.FullName, "bin"));
            File.Copy("/bin/busybox", Path.Combine(root.FullName, "bin/busybox"));
            foreach (var applet in new[] { "sh", "ls", "seq", "sleep" })
                File.CreateSymbolicLink(Path.Combine(root.FullName, "bin", applet), "busybox");
            using var tar = Process.Start(new ProcessStartInfo("tar", ["-C", root.FullName, "-c", "."]) { RedirectStandardOutput = true })!;
            await docker.Images.ImportImageAsync(
                tar.StandardOutput.BaseStream, Repository, tag,
                ["CMD [\"sh\", \"-c\", \"trap 'exit 143' TERM; while :; do sleep 1; done\"]", "ENV PATH=/bin"], Token);
            await tar.WaitForExitAsync(Token);
        }
        finally
        {
            root.Delete(recursive: true);
        }
        Assert.NotNull(await docker.Images.FindImageAsync($"{Repository}:{tag}", Token));
    }
}
