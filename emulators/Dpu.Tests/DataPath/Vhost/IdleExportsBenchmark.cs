using System.Diagnostics;
using Lab.Emulators.Dpu.Backend;
using Lab.Emulators.Dpu.DataPath;
using Lab.Emulators.Dpu.DataPath.Devices;
using Lab.Emulators.Dpu.DataPath.Vhost;
using Lab.Protocols.VhostUser;

namespace Lab.Emulators.Dpu.Tests.DataPath.Vhost;

/// <summary>
/// What a hundred exports cost that a host has open and does not use: run by <c>--explicit only --filter-class '*IdleExportsBenchmark'</c>.
/// The time of this whole process is counted, the test's own included.
/// </summary>
public sealed class IdleExportsBenchmark
{
    private const int Count = 100;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(20);

    [Fact(Explicit = true)]
    public async Task Exports_ThatAreIdle_PrintTheirShareOfACore()
    {
        var directory = Directory.CreateTempSubdirectory("vhost-");
        await using var reactors = new ReactorGroup(2, new TestLog());
        var server = new VhostServer(directory.FullName, reactors, new TestLog());
        var exports = new List<IAsyncDisposable>();
        var hosts = new List<FrontEnd>();
        try
        {
            for (var i = 0; i < Count; i++)
            {
                exports.Add(server.Export(new NullDevice(512, 1 << 30), new BlkExport($"{i}.sock", "bdev", false, 4, 512)));
                hosts.Add(new FrontEnd(Path.Combine(directory.FullName, $"{i}.sock")));
                hosts[i].Start();
                Assert.Equal(VirtioBlkStatus.Ok, (await hosts[i].DoAsync(3, VirtioBlkType.In, 0)).Status);
            }
            var share = await MeasureAsync();
            TestContext.Current.TestOutputHelper!.WriteLine($"{Count} idle exports of 4 queues: {share:P2} of a core over {Window.TotalSeconds:0} s");
            Assert.All(hosts, host => Assert.Equal(1, host.UsedIndex(3)));
        }
        finally
        {
            hosts.ForEach(host => host.Dispose());
            foreach (var export in exports)
                await export.DisposeAsync();
            directory.Delete(recursive: true);
        }
    }

    private static async Task<double> MeasureAsync()
    {
        using var self = Process.GetCurrentProcess();
        var (before, start) = (self.TotalProcessorTime, Stopwatch.GetTimestamp());
        await Task.Delay(Window, TimeProvider.System, TestContext.Current.CancellationToken);
        self.Refresh();
        return (self.TotalProcessorTime - before) / Stopwatch.GetElapsedTime(start);
    }
}
