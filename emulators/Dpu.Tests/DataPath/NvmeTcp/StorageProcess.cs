using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Lab.Emulators.Dpu.Tests.DataPath.NvmeTcp;

/// <summary>The lab's storage target as a program, with one volume that one host may attach.</summary>
internal sealed partial class StorageProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly string directory = Directory.CreateTempSubdirectory("dpu-storage-").FullName;
    private readonly int paths;
    private Process process = null!;
    private HttpClient http = null!;
    private int nbdPort;

    private StorageProcess(int paths) => this.paths = paths;

    /// <summary>One for each path.</summary>
    public IReadOnlyList<int> Ports { get; private set; } = [];

    public string Subnqn { get; private set; } = "";

    /// <summary>The same volume by NBD.</summary>
    public string NbdUrl { get; private set; } = "";

    public Guid Volume { get; } = Guid.NewGuid();

    /// <param name="secret">Null: the host is let in by its name.</param>
    public static async Task<StorageProcess> StartAsync(string hostnqn, long sizeBytes, string? secret = null, int paths = 1)
    {
        var storage = new StorageProcess(paths);
        await storage.RunAsync();
        await storage.PostAsync("volumes", new JsonObject { ["id"] = storage.Volume, ["size_bytes"] = sizeBytes });
        var host = new JsonObject { ["nqn"] = hostnqn };
        if (secret is not null)
            host["secret"] = secret;
        var export = await storage.PostAsync(
            "exports", new JsonObject { ["id"] = "e-1", ["volume_id"] = storage.Volume, ["clients"] = new JsonArray("127.0.0.1"), ["hosts"] = new JsonArray(host) });
        storage.NbdUrl = (string)export["url"]!;
        storage.Subnqn = (string)export["nvme"]!["subnqn"]!;
        return storage;
    }

    /// <summary>One more volume; answers its subsystem's NQN.</summary>
    public async Task<string> ExportAsync(string id, string hostnqn, long sizeBytes)
    {
        var volume = Guid.NewGuid();
        await PostAsync("volumes", new JsonObject { ["id"] = volume, ["size_bytes"] = sizeBytes });
        var host = new JsonObject { ["nqn"] = hostnqn };
        var export = await PostAsync("exports", new JsonObject { ["id"] = id, ["volume_id"] = volume, ["hosts"] = new JsonArray(host) });
        return (string)export["nvme"]!["subnqn"]!;
    }

    public Task ResizeAsync(long sizeBytes) => PostAsync($"volumes/{Volume}/resize", new JsonObject { ["size_bytes"] = sizeBytes });

    public Task SetPathStateAsync(int path, string state) => PostAsync($"nvme/ports/{path}/state", new JsonObject { ["state"] = state });

    /// <summary>Sets a fault; answers its id.</summary>
    public async Task<string> SetFaultAsync(JsonObject rule) => (string)(await PostAsync("faults", rule))["id"]!;

    /// <summary>How often a fault acted.</summary>
    public async Task<int> CountOfFaultAsync(string id) =>
        (int)(await http.GetFromJsonAsync<JsonNode>("faults"))!["faults"]!.AsArray().Single(fault => (string)fault!["id"]! == id)!["count"]!;

    /// <summary>kill -9, and a new life on the same ports.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        await RunAsync();
    }

    public async Task KillAsync()
    {
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        http.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private async Task RunAsync()
    {
        var bin = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", ".."));
        var program = Path.Combine(bin, "Lab.Emulators.Storage", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "Lab.Emulators.Storage.dll");
        var listen = Enumerable.Range(0, paths).SelectMany(i => new[] { "--nvme-tcp", $"127.0.0.1:{(Ports.Count > i ? Ports[i] : 0)}" });
        process = Process.Start(new ProcessStartInfo(
            "dotnet", [program, "--pool", directory, "--rest", "127.0.0.1:0", "--nbd", $"127.0.0.1:{nbdPort}", "--log-level", "Warning", .. listen])
        {
            RedirectStandardOutput = true,
        })!;
        using var limit = new CancellationTokenSource(StartLimit);
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (Ready().Match(line) is not { Success: true } ready)
                continue;
            http = new HttpClient { BaseAddress = new Uri($"http://{ready.Groups[1].Value}/v1/") };
            nbdPort = IPEndPoint.Parse(ready.Groups[2].Value).Port;
            Ports = [.. ready.Groups[3].Value.Split(',').Select(e => IPEndPoint.Parse(e).Port)];
            return;
        }
        throw new InvalidOperationException("the storage target did not start");
    }

    private async Task<JsonNode> PostAsync(string path, JsonObject body)
    {
        using var response = await http.PostAsJsonAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{path}: {text}");
        return JsonNode.Parse(text)!;
    }

    [GeneratedRegex(@"\Aready rest=(\S+) nbd=(\S+) nvme=(\S+)\z")]
    private static partial Regex Ready();
}
