using Lab.Interop.Docker;

namespace Lab.Harness.Images;

/// <summary>
/// The docker image of a DPU's SoC: Debian with Open vSwitch, qemu-storage-daemon and runit, which supervises ovsdb-server,
/// ovs-vswitchd, dpud and bm-agent. It holds no .NET and no program of this repository; the container mounts them.
/// </summary>
/// <remarks>
/// To be mounted read-only: <see cref="DotnetPath"/>, <see cref="DpudPath"/> and <see cref="AgentPath"/>. Arguments of the two
/// programs come by the variables LAB_DPUD_ARGS and LAB_AGENT_ARGS, split at spaces. Each service logs to
/// /var/log/lab/&lt;service&gt;/current. /run should be a tmpfs, so that a restarted container finds no old sockets. A service that
/// ends is started again after a second; <c>sv</c> status, down, up and restart take /etc/service/&lt;service&gt;.
/// </remarks>
public static class SocImage
{
    public const string Repository = "lab-soc";
    public const string Label = "lab.image";
    public const string DotnetPath = "/opt/dotnet";
    public const string DpudPath = "/opt/lab/dpud";
    public const string AgentPath = "/opt/lab/agent";
    public const string LogPath = "/var/log/lab";

    /// <summary>What OVS, the DPU's daemon and the agent need, after all others were dropped; not to be run privileged.</summary>
    public static IReadOnlyList<string> Capabilities { get; } =
        ["NET_ADMIN", "NET_RAW", "IPC_LOCK", "SYS_NICE", "CHOWN", "DAC_OVERRIDE", "SETUID", "SETGID", "FOWNER", "KILL"];

    public static ImageRecipe Recipe { get; } = new("soc", "Soc", ".tar");

    /// <summary>Gives the image's name and tag, having built and imported it when the engine lacks it.</summary>
    /// <exception cref="LabException">The build failed.</exception>
    /// <exception cref="DockerApiException">The engine refused the import.</exception>
    public static async Task<string> EnsureAsync(
        DockerClient docker, CancellationToken token, string cacheDirectory = ImageCache.DefaultDirectory)
    {
        var image = await new ImageCache(cacheDirectory).EnsureAsync(Recipe, token);
        var name = $"{Repository}:{image.Key}";
        if (await docker.Images.FindImageAsync(name, token) is not null)
            return name;
        await using var tar = File.OpenRead(image.Path);
        await docker.Images.ImportImageAsync(
            tar, Repository, image.Key,
            [
                "ENTRYPOINT [\"tini\", \"--\", \"/usr/local/sbin/soc-init\"]",
                $"ENV DOTNET_ROOT={DotnetPath} DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_EnableDiagnostics=0",
                $"LABEL {Label}=soc",
            ],
            token);
        return name;
    }
}
