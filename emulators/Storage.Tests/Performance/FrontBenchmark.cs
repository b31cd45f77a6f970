using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Emulators.Storage.Tests.NvmeTcp;
using Lab.Emulators.Storage.Tests.Support;

namespace Lab.Emulators.Storage.Tests.Performance;

/// <summary>
/// How fast the fronts are, page-cached and over one connection each: run by <c>--explicit only --filter-class '*FrontBenchmark'</c>. The
/// two sides of a ratio take turns. It prints and asserts nothing.
/// </summary>
public sealed class FrontBenchmark
{
    private const long VolumeBytes = 256 << 20;
    private const int Rounds = 5;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(2);

    /// <summary>The same client for both, so that what differs is the front.</summary>
    [Theory(Explicit = true)]
    [InlineData(false, 4096, 1)]
    [InlineData(false, 4096, 32)]
    [InlineData(true, 4096, 32)]
    [InlineData(false, 131072, 8)]
    public async Task NvmeTcp_BesideNbd_IsPrinted(bool isWrite, int length, int depth)
    {
        using var directory = new TempDirectory();
        using var target = await TargetProcess.StartAsync(directory.File("pool"), "--nvme-tcp", "127.0.0.1:0");
        var (url, subnqn) = await ExportAsync(target);
        await FioAsync(url, "write", "128k", 8, "--size=100%");
        using var nbd = await RawNbdClient.OpenAsync(IPEndPoint.Parse(new Uri(url).Authority), url, structured: false);
        var (admin, controller) = await RawHost.AdminAsync(target.Nvme!, subnqn);
        using (admin)
        {
            using var io = await RawHost.IoAsync(target.Nvme!, subnqn, controller);
            var overNbd = new PipelinedLoad(new PipelinedNbd(nbd.Socket, isWrite, length), length, depth, VolumeBytes);
            var overNvme = new PipelinedLoad(new PipelinedNvme(io.Socket, isWrite, length), length, depth, VolumeBytes);
            await CompareAsync(
                $"{(isWrite ? "write" : "read")} {length} QD{depth}: NVMe/TCP ÷ NBD",
                () => Task.FromResult(overNvme.Run(Duration)), () => Task.FromResult(overNbd.Run(Duration)));
        }
    }

    /// <summary>What it costs to count.</summary>
    [Theory(Explicit = true)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Limits_ThatNobodyReaches_BesideNone_ArePrinted(bool isWrite)
    {
        const int length = 4096;
        const int depth = 32;
        using var directory = new TempDirectory();
        using var target = await TargetProcess.StartAsync(directory.File("pool"), "--nvme-tcp", "127.0.0.1:0");
        var (url, _) = await ExportAsync(target);
        await FioAsync(url, "write", "128k", 8, "--size=100%");
        var volume = (await target.Management.GetAsync("volumes")).GetProperty("volumes")[0].GetProperty("id").GetGuid();
        using var nbd = await RawNbdClient.OpenAsync(IPEndPoint.Parse(new Uri(url).Authority), url, structured: false);
        var load = new PipelinedLoad(new PipelinedNbd(nbd.Socket, isWrite, length), length, depth, VolumeBytes);
        async Task<double> RunAsync(JsonObject limits)
        {
            using var answer = await target.Management.Http.PutAsJsonAsync($"volumes/{volume}/limits", limits);
            answer.EnsureSuccessStatusCode();
            return load.Run(Duration);
        }
        await CompareAsync(
            $"{(isWrite ? "write" : "read")} {length} QD{depth}: limited ÷ not limited",
            () => RunAsync(new JsonObject { ["iops"] = 100_000_000, ["bytes_per_second"] = 1L << 50 }), () => RunAsync([]));
    }

    /// <summary>fio's nbd engine is the client of both.</summary>
    [Theory(Explicit = true)]
    [InlineData("randread", "4k")]
    [InlineData("randwrite", "4k")]
    [InlineData("read", "128k")]
    public async Task Nbd_BesideNbdkit_IsPrinted(string pattern, string length)
    {
        const int depth = 32;
        using var directory = new TempDirectory();
        using var target = await TargetProcess.StartAsync(directory.File("pool"), "--nvme-tcp", "127.0.0.1:0");
        using var nbdkit = await NbdkitServer.StartAsync(directory.File("disk"), VolumeBytes);
        var (url, _) = await ExportAsync(target);
        foreach (var server in new[] { url, nbdkit.Url })
            await FioAsync(server, "write", "128k", 8, "--size=100%");
        var limit = $"--runtime={Duration.TotalSeconds}";
        await CompareAsync(
            $"{pattern} {length} QD{depth}: own NBD ÷ nbdkit",
            () => FioAsync(url, pattern, length, depth, "--time_based", limit), () => FioAsync(nbdkit.Url, pattern, length, depth, "--time_based", limit));
    }

    private static async Task CompareAsync(string what, Func<Task<double>> ours, Func<Task<double>> theirs)
    {
        await ours();
        await theirs();
        var (own, other, ratios) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            // Who is first changes, so that a drift of the machine favours neither.
            var isFirst = round % 2 == 0;
            if (isFirst)
                own.Add(await ours());
            other.Add(await theirs());
            if (!isFirst)
                own.Add(await ours());
            ratios.Add(own[^1] / other[^1]);
        }
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: {Median(ratios):0.00} ({ratios.Min():0.00} to {ratios.Max():0.00}); {Median(own):0}/s and {Median(other):0}/s, median of {Rounds}"));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <returns>Requests per second.</returns>
    private static async Task<double> FioAsync(string url, string pattern, string length, int depth, params string[] more)
    {
        var output = await Tool.RunAsync(
            "fio", ["--name=b", "--ioengine=nbd", $"--uri={url}", $"--rw={pattern}", $"--bs={length}", $"--iodepth={depth}", "--output-format=json", .. more]);
        var job = JsonSerializer.Deserialize<JsonElement>(output[output.IndexOf('{', StringComparison.Ordinal)..]).GetProperty("jobs")[0];
        return job.GetProperty("read").GetProperty("iops").GetDouble() + job.GetProperty("write").GetProperty("iops").GetDouble();
    }

    private static async Task<(string Url, string Subnqn)> ExportAsync(TargetProcess target)
    {
        var volume = await target.Management.CreateVolumeAsync(VolumeBytes);
        var export = await target.Management.PostAsync("exports", new JsonObject
        {
            ["id"] = "v", ["volume_id"] = volume, ["clients"] = new JsonArray("127.0.0.1"),
            ["hosts"] = new JsonArray(new JsonObject { ["nqn"] = RawHost.Nqn }),
        });
        return (export.GetProperty("url").GetString()!, export.GetProperty("nvme").GetProperty("subnqn").GetString()!);
    }
}
