using System.Diagnostics;
using System.Globalization;
using Lab.Emulators.Dpu.Tests.Card;
using Lab.Emulators.Dpu.Tests.Wire;

namespace Lab.Emulators.Dpu.Tests.Live;

/// <summary>dpud as a program in a network namespace of its own, with qemu-storage-daemon and an NBD server, all of them real.</summary>
internal sealed class LiveDpu : IAsyncDisposable
{
    public const long VolumeBytes = 8 << 20;

    private readonly string directory = Directory.CreateTempSubdirectory("dpu-live-").FullName;
    private readonly string netns;
    private Process? dpud;
    private Process? nbd;
    private Task<string>? log;

    private LiveDpu()
    {
        netns = "dpu-" + Path.GetFileName(directory)["dpu-live-".Length..];
        Pcie = new FakePcieServer(InDirectory("pcie.sock"));
    }

    public FakePcieServer Pcie { get; }

    public RawClient Spdk { get; private set; } = null!;

    public RawClient Virtnet { get; private set; } = null!;

    public const string VolumeUrl = "nbd://127.0.0.1:10809/vol";

    public string VolumeFile => InDirectory("volume.raw");

    /// <summary>Process id of qemu-storage-daemon, or null while none runs.</summary>
    public int? DataPathId
    {
        get
        {
            try
            {
                var id = int.Parse(File.ReadAllText(InDirectory("state/qsd.pid")), CultureInfo.InvariantCulture);
                return File.ReadAllText($"/proc/{id}/cmdline").Contains(directory, StringComparison.Ordinal) ? id : null;
            }
            catch (Exception e) when (e is IOException or FormatException)
            {
                return null;
            }
        }
    }

    public static async Task<LiveDpu> StartAsync()
    {
        var live = new LiveDpu();
        try
        {
            await Tool.RunAsync("ip", "netns", "add", live.netns);
            await live.InNamespaceAsync("ip", "link", "set", "lo", "up");
            await using (var volume = File.Create(live.VolumeFile))
                volume.SetLength(VolumeBytes);
            await live.StartNbdAsync();
            await live.StartDpudAsync();
            return live;
        }
        catch
        {
            await live.DisposeAsync();
            throw;
        }
    }

    public string InDirectory(string name) => Path.Combine(directory, name);

    public string VhostSocket(string name) => InDirectory("vhost/" + name);

    public Task<string> InNamespaceAsync(params string[] command) => Tool.RunAsync("ip", ["netns", "exec", netns, .. command]);

    public Process StartInNamespace(params string[] command) => Tool.Start("ip", ["netns", "exec", netns, .. command]);

    public async Task StartNbdAsync()
    {
        nbd = StartInNamespace("qemu-nbd", "-t", "-e", "16", "-b", "127.0.0.1", "-p", "10809", "-f", "raw", "-x", "vol", VolumeFile);
        await Eventually.TrueAsync("the NBD server listens", async () => (await InNamespaceAsync("ss", "-Hltn")).Contains(":10809", StringComparison.Ordinal));
    }

    public Task KillNbdAsync() => Tool.KillAsync(nbd!);

    public async Task StartDpudAsync()
    {
        dpud = StartInNamespace(
            "dotnet", Path.Combine(AppContext.BaseDirectory, "Lab.Emulators.Dpu.dll"),
            "--rpc-socket", InDirectory("spdk.sock"),
            "--virtnet-socket", InDirectory("virtnet.sock"),
            "--pcie-socket", InDirectory("pcie.sock"),
            "--vhost-dir", InDirectory("vhost"),
            "--state-dir", InDirectory("state"),
            "--board-serial", "MT0001");
        log = dpud.StandardOutput.ReadToEndAsync();
        await Eventually.TrueAsync("dpud serves", TryConnect);
    }

    /// <summary>kill -9 of the firmware.</summary>
    public async Task KillDpudAsync()
    {
        Spdk.Dispose();
        Virtnet.Dispose();
        await Tool.KillAsync(dpud!);
    }

    /// <summary>SIGTERM of the firmware.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndDpudAsync()
    {
        Spdk.Dispose();
        Virtnet.Dispose();
        await Tool.RunAsync("kill", "-TERM", dpud!.Id.ToString(CultureInfo.InvariantCulture));
        await dpud.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        return dpud.ExitCode;
    }

    /// <summary>kill -9 of the data path.</summary>
    public async Task KillDataPathAsync()
    {
        var id = DataPathId;
        await Tool.RunAsync("kill", "-9", $"{id}");
        await Eventually.TrueAsync("a new data path runs", () => DataPathId is { } next && next != id);
    }

    public async ValueTask DisposeAsync()
    {
        if (dpud is not null)
        {
            await Tool.KillAsync(dpud);
            TestContext.Current.TestOutputHelper?.WriteLine(await log!);
        }
        if (nbd is not null)
            await Tool.KillAsync(nbd);
        if (DataPathId is { } id)
            await Tool.RunAsync("kill", "-9", $"{id}");
        await Pcie.DisposeAsync();
        await Tool.RunAsync("ip", "netns", "del", netns);
        Directory.Delete(directory, recursive: true);
    }

    private bool TryConnect()
    {
        Assert.False(dpud!.HasExited, dpud.HasExited ? "dpud ended: " + dpud.StandardError.ReadToEnd() : "");
        try
        {
            Spdk = new RawClient(InDirectory("spdk.sock"));
            Virtnet = new RawClient(InDirectory("virtnet.sock"));
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
