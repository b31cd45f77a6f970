using System.Diagnostics;
using System.Text.RegularExpressions;
using Lab.Emulators.Host.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Performance;

/// <summary>
/// What a thousand machines with two BMCs each cost: run by <c>--explicit only --filter-class '*FleetBenchmark'</c>. It prints and asserts
/// nothing.
/// </summary>
public sealed class FleetBenchmark
{
    private const int Machines = 1000;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task Fleet_OfAThousandMachines_PrintsTimeAndMemory()
    {
        var start = Stopwatch.GetTimestamp();
        await using var bmc = RunningProcess.Start(
            [
                "dotnet", typeof(BmcEmulator).Assembly.Location, "--redfish", "127.0.0.1:20000", "--ipmi", "127.0.0.1:20000",
                "--host", "simulated", "--count", $"{Machines}", "--dpu", "bluefield3",
            ],
            new Dictionary<string, string> { ["BMC_USER"] = "operator", ["BMC_PASSWORD"] = "correct horse" });
        // Written when every service listens.
        await bmc.WaitForOutputAsync(" more", Limit, Token);
        var elapsed = Stopwatch.GetElapsedTime(start);
        var status = await File.ReadAllTextAsync($"/proc/{bmc.Id}/status", Token);
        var resident = long.Parse(Regex.Match(status, @"VmHWM:\s+(\d+) kB").Groups[1].ValueSpan, null) / 1024;
        TestContext.Current.TestOutputHelper!.WriteLine($"{Machines} machines, both BMCs each: up in {elapsed.TotalSeconds:0.0} s, {resident} MiB at most");
    }
}
