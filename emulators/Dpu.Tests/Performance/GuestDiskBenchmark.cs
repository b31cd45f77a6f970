using System.Globalization;

namespace Lab.Emulators.Dpu.Tests.Performance;

/// <summary>
/// What a guest's fio gets from disks of the same content over several data paths, all in one boot: run by
/// <c>--explicit only --filter-class '*GuestDiskBenchmark'</c>. The disks take turns, there and back, so that a drift of the machine favours
/// none. It prints and asserts nothing.
/// </summary>
public sealed class GuestDiskBenchmark : IDisposable
{
    private const int Rounds = 8;
    private const int Seconds = 1;
    private static readonly string[] Names = ["a local", "b nvme", "c qsd", "d aio"];
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly string directory = Directory.CreateTempSubdirectory("guest-disks-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact(Explicit = true)]
    public async Task RandomReads_OfOneGuestOverFourDataPaths_ArePrinted()
    {
        await using var disks = await BenchmarkDisks.StartAsync(directory);
        await using var guest = await BenchmarkGuest.StartAsync(directory, disks.Arguments);
        var devices = await guest.DisksAsync(BenchmarkDisks.Count);
        Assert.Equal(BenchmarkDisks.Count, devices.Length);
        foreach (var depth in new[] { 1, 32 })
            await CompareAsync(guest, devices, depth);
    }

    private static async Task CompareAsync(BenchmarkGuest guest, string[] devices, int depth)
    {
        int[] there = [.. Enumerable.Range(0, devices.Length)];
        foreach (var i in there)
            await ReadAsync(guest, devices[i], depth);
        var found = devices.Select(_ => new List<double>()).ToArray();
        var interrupts = devices.Select(_ => new List<double>()).ToArray();
        for (var round = 0; round < Rounds; round++)
            foreach (var i in there.Concat(there.Reverse()))
            {
                var before = await InterruptsAsync(guest, devices[i]);
                found[i].Add(await ReadAsync(guest, devices[i], depth));
                interrupts[i].Add((await InterruptsAsync(guest, devices[i]) - before) / (found[i][^1] * Seconds));
            }
        Print($"4k random reads, QD{depth}, median of {2 * Rounds}:");
        foreach (var i in there)
            Print($"  {Names[i],-8} {Median(found[i]),8:0}/s  ({found[i].Min():0} to {found[i].Max():0}), {Median(interrupts[i]):0.000} interrupts a request");
        Print($"  b/a {Ratio(1, 0):0.00}  b/c {Ratio(1, 2):0.00}  d/a {Ratio(3, 0):0.00}  d/c {Ratio(3, 2):0.00}");

        // Of runs of one turn: the machine's speed may change from turn to turn.
        double Ratio(int one, int other) => Median([.. found[one].Zip(found[other], (a, b) => a / b)]);
    }

    /// <returns>Requests per second.</returns>
    private static async Task<double> ReadAsync(BenchmarkGuest guest, string device, int depth)
    {
        var line = await guest.RunAsync(
            $"fio --name=b --filename=/dev/{device} --rw=randread --bs=4k --iodepth={depth} --ioengine=libaio --direct=1 --time_based --runtime={Seconds} "
            + "--output-format=terse --terse-version=3", Limit);
        // Of the terse format, version 3, the eighth field is the reads' IOPS.
        return double.Parse(line.Split(';')[7], CultureInfo.InvariantCulture);
    }

    private static async Task<double> InterruptsAsync(BenchmarkGuest guest, string device)
    {
        var count = await guest.RunAsync(
            $"name=$(basename $(readlink /sys/block/{device}/device)); "
            + "while read -r irq count rest; do case $rest in *$name-req.0) echo $count;; esac; done </proc/interrupts", Limit);
        return double.Parse(count, CultureInfo.InvariantCulture);
    }

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[sorted.Count / 2] + sorted[(sorted.Count - 1) / 2]) / 2;
    }

    private static void Print(FormattableString line) => TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant(line));
}
