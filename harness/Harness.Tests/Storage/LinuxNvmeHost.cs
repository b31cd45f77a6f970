using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Lab.Emulators.Host.Tests.Testbed;
using Lab.Harness.Consoles;
using Lab.Harness.Images;
using Lab.Harness.Launch;
using Lab.Harness.Tests.Images;

namespace Lab.Harness.Tests.Storage;

/// <summary>A guest with Linux's NVMe/TCP initiator and nvme-cli, and a storage target of two paths that it reaches.</summary>
[CollectionDefinition(nameof(LinuxNvmeHost))]
public class LinuxNvmeHost : IAsyncLifetime, ICollectionFixture<LinuxNvmeHost>
{
    public const string HostNqn = "nqn.2014-08.org.nvmexpress:uuid:" + HostId;

    private const string HostId = "6f1c2d8e-5a3b-4c7d-9e0f-112233445566";

    /// <summary>This machine's loopback as QEMU's user network shows it.</summary>
    public const string TargetAddress = "10.0.2.2";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("lab-nvme-");
    private ProbeMachine machine = null!;
    private RunningProcess target = null!;
    private HttpClient management = null!;
    private int[] ports = [0, 0];
    private int rest;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Of the two paths.</summary>
    public IReadOnlyList<int> Ports => ports;

    protected virtual ImageRecipe Recipe => ProbeImage.Recipe;

    public virtual async ValueTask InitializeAsync()
    {
        await StartTargetAsync();
        var image = await new ImageCache(ImageCache.DefaultDirectory).EnsureAsync(Recipe, Token);
        machine = await ProbeMachine.StartAsync(image.Path, null, Token, reachesThisMachine: true);
        await machine.Console.WaitForAsync(ProbeImage.Ready, 0, StartLimit, Token);
        await RunAsync(
            $"modprobe nvme_tcp && ip addr add 10.0.2.15/24 dev $(lab-nic {ProbeMachine.Mac}) && ip link set $(lab-nic {ProbeMachine.Mac}) up "
            + $"&& mkdir -p /etc/nvme && echo {HostNqn} >/etc/nvme/hostnqn && echo {HostId} >/etc/nvme/hostid");
    }

    /// <summary>Starts it where it was, on the same pool.</summary>
    public async Task StartTargetAsync()
    {
        target = RunningProcess.Start(Programs.Own.Command(
            "Lab.Emulators.Storage", "--pool", Path.Combine(directory.FullName, "pool"), "--rest", $"127.0.0.1:{rest}",
            "--nvme-tcp", $"127.0.0.1:{ports[0]}", "--nvme-tcp", $"127.0.0.1:{ports[1]}"));
        var ready = await target.WaitForOutputAsync("ready ", StartLimit, Token);
        rest = int.Parse(Regex.Match(ready, @"rest=\S+:(\d+)").Groups[1].ValueSpan, null);
        ports = [.. Regex.Match(ready, @"nvme=(\S+)").Groups[1].Value.Split(',').Select(address => int.Parse(address[(address.LastIndexOf(':') + 1)..], null))];
        management ??= new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{rest}/v1/") };
    }

    public Task KillTargetAsync() => target.KillAsync();

    /// <summary>The target neither answers nor hangs up until <see cref="ResumeTargetAsync"/>.</summary>
    public Task StopTargetAsync() => SignalAsync("STOP");

    public Task ResumeTargetAsync() => SignalAsync("CONT");

    /// <summary>The guest neither runs nor hangs up until <see cref="ResumeGuestAsync"/>.</summary>
    public Task StopGuestAsync() => machine.MonitorAsync("stop", Token);

    public Task ResumeGuestAsync() => machine.MonitorAsync("cont", Token);

    /// <summary>Makes a volume and shows it to the guest; answers its id and the subsystem's NQN.</summary>
    public async Task<(Guid Volume, string Subnqn)> ExportAsync(string name, long sizeBytes, string? secret = null, string? controllerSecret = null)
    {
        var volume = Guid.NewGuid();
        await PostAsync("volumes", new JsonObject { ["id"] = volume, ["size_bytes"] = sizeBytes });
        return (volume, await ShowAsync(name, volume, secret, controllerSecret));
    }

    /// <summary>Shows a volume to the guest; answers the subsystem's NQN.</summary>
    public async Task<string> ShowAsync(string name, Guid volume, string? secret = null, string? controllerSecret = null)
    {
        var host = new JsonObject { ["nqn"] = HostNqn };
        if (secret is not null)
            host["secret"] = secret;
        if (controllerSecret is not null)
            host["controller_secret"] = controllerSecret;
        var export = await PostAsync("exports", new JsonObject { ["id"] = name, ["volume_id"] = volume, ["hosts"] = new JsonArray(host) });
        Assert.False(export.ToString().Contains("DHHC", StringComparison.Ordinal), "a secret is told");
        return export.GetProperty("nvme").GetProperty("subnqn").GetString()!;
    }

    public async Task<JsonElement> PostAsync(string path, JsonObject body)
    {
        using var answer = await management.PostAsJsonAsync(path, body, Token);
        var text = await answer.Content.ReadAsStringAsync(Token);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    public Task<JsonElement> GetAsync(string path) => management.GetFromJsonAsync<JsonElement>(path, Token);

    public async Task DeleteAsync(string path)
    {
        using var answer = await management.DeleteAsync(path, Token);
        Assert.True(answer.IsSuccessStatusCode, path);
    }

    public Task<string> RunAsync(string command) => machine.Shell.RunAsync(command, Token, CommandLimit);

    public Task<GuestResult> TryRunAsync(string command) => machine.Shell.TryRunAsync(command, Token, CommandLimit);

    /// <summary>Connects over one path; answers the namespace's device, such as nvme0n1.</summary>
    public async Task<string> ConnectAsync(string subnqn, int path = 0, string more = "")
    {
        await RunAsync($"nvme connect -t tcp -a {TargetAddress} -s {ports[path]} -n {subnqn} {more} || {{ dmesg | tail -n 5; false; }}");
        return await DeviceAsync(subnqn);
    }

    /// <summary>A controller of a connected subsystem, such as nvme0.</summary>
    public Task<string> ControllerAsync(string subnqn) => RunAsync($"for c in /sys/class/nvme/nvme*; do grep -qx {subnqn} $c/subsysnqn && basename $c && break; done");

    public Task DisconnectAsync(string subnqn) => RunAsync($"nvme disconnect -n {subnqn}");

    /// <summary>Waits until the subsystem's namespace is there.</summary>
    public Task<string> DeviceAsync(string subnqn) => RunAsync(
        $"for i in $(seq 100); do for s in /sys/class/nvme-subsystem/nvme-subsys*; do "
        + $"if grep -qx {subnqn} $s/subsysnqn 2>/dev/null; then for n in $s/nvme*n*; do [ -e $n/size ] && basename $n && break 3; done; fi; done; sleep 0.1; done");

    private Task SignalAsync(string signal) =>
        RunningProcess.RunAsync(["kill", $"-{signal}", target.Id.ToString(CultureInfo.InvariantCulture)], Token);

    public async ValueTask DisposeAsync()
    {
        if (machine is not null)
            await machine.DisposeAsync();
        if (target is not null)
            await target.DisposeAsync();
        management?.Dispose();
        directory.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }
}
