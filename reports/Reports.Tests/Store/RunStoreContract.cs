using System.Data.Common;
using Lab.Contracts.Runs;
using Lab.Reports.Store;
using Lab.Reports.Store.Databases;

namespace Lab.Reports.Tests.Store;

/// <summary>What a run store does, whichever database it is in.</summary>
public abstract class RunStoreContract : RunsFixture
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private protected abstract Task<string> LocationAsync();

    private string Night(int day, Func<RunDescription, RunDescription>? change = null, Action<SyntheticRun>? more = null)
    {
        using var run = new SyntheticRun(Runs, day + 1, change, Start.AddDays(day));
        run.Values("boot.total", Units.Second, Better.Lower, SampleRole.Subject, SyntheticRun.Map(("node", "bm0")), 1 + day, 2 + day, 6 + day);
        run.Values("boot.total", Units.Second, Better.Lower, SampleRole.Baseline, SyntheticRun.Map(), 1, 1, 2);
        run.Values("disk.iops", Units.OperationPerSecond, Better.Higher, SampleRole.Subject, SyntheticRun.Map(), 100, 200);
        run.Result("boot", "Boot.FromVolume", Verdict.Pass).Result("throughput", "Throughput.Disk", Verdict.Fail, "slow");
        more?.Invoke(run);
        run.Complete();
        return run.Directory;
    }

    private static void Append(string directory, string file, string text) => File.AppendAllText(Path.Combine(directory, file), text);

    [Fact]
    public async Task Import_OfNewRuns_KeepsWhatTheyMeasured_AndReadsThemOnce()
    {
        var directory = Night(0, description => description with { Labels = SyntheticRun.Map(("arm", "a")) });
        Night(1);
        await using var store = await RunStore.OpenAsync(await LocationAsync());
        Assert.Equal((2, 0, 0), Counts(await store.ImportAsync([Runs])));
        Assert.Equal((0, 2, 0), Counts(await store.ImportAsync([Runs, directory])));

        var run = (await store.RunsAsync())[0];
        var info = RunReader.ReadInfo(directory);
        Assert.Equal((info.Id, directory, info.StartedAt, info.EndedAt), (run.Id, run.Directory, run.StartedAt, run.EndedAt));
        Assert.Equal((info.SystemUnderTest.Commit, info.SystemUnderTest.Dirty, info.Comparison!.Hash), (run.Commit, run.Dirty, run.ComparisonHash));
        Assert.Equal((1, 1, 8), (run.Verdicts.Pass, run.Verdicts.Fail, run.Samples));
        Assert.Equal("6.1.0-30-cloud-amd64", run.Environment["kernel"]);
        Assert.Equal("a", run.Labels["arm"]);

        var history = await store.HistoryAsync();
        Assert.Equal(["boot.total", "disk.iops"], history.Select(series => series.Metric));
        Assert.Equal(("node=bm0", "bm0", Better.Lower), (history[0].Label, history[0].Dimensions["node"], history[0].Better));
        Assert.Equal([2.0, 3.0], history[0].Points.Select(point => point.Median));
        Assert.Equal(new SeriesPoint(run.Id, run.StartedAt, run.Commit, run.ComparisonHash, run.Fingerprint, 3, 0, 2, 5.6, 1.5, 4, 1), history[0].Points[0] with { P95 = Math.Round(history[0].Points[0].P95, 9) });
        Assert.Null(history[1].Points[0].BaselineMedian);
    }

    [Fact]
    public async Task Import_OfDamagedDirectories_NamesEachAndLoadsTheRest()
    {
        var good = Night(0);
        var truncated = Night(1);
        Append(truncated, RunFiles.Samples, """{"metric":"boot.total","unit":"s","bet""");
        var older = Night(2);
        var info = Path.Combine(older, RunFiles.Info);
        await File.WriteAllTextAsync(info, (await File.ReadAllTextAsync(info)).Replace("\"schemaVersion\": 2", "\"schemaVersion\": 0", StringComparison.Ordinal));
        var damaged = Night(3);
        await File.WriteAllBytesAsync(Path.Combine(damaged, RunFiles.Results), [0xff, 0x00, 0x0a]);
        var headless = Night(4);
        File.Delete(Path.Combine(headless, RunFiles.Info));
        var foreign = Directory.CreateDirectory(Path.Combine(Runs, "photographs")).FullName;
        var absent = Path.Combine(Runs, "absent");

        await using var store = await RunStore.OpenAsync(await LocationAsync());
        var report = await store.ImportAsync([Runs, absent]);
        Assert.Equal(good, Assert.Single(await store.RunsAsync()).Directory);
        Assert.Equal(new[] { truncated, older, damaged, headless, foreign, absent }.Order(StringComparer.Ordinal), report.Refused.Select(row => row.Directory));
        string Error(string directory) => report.Refused.Single(row => row.Directory == directory).Error;
        Assert.StartsWith($"{Path.Combine(truncated, RunFiles.Samples)}:9: ", Error(truncated), StringComparison.Ordinal);
        Assert.Contains("schema version 0, which is older", Error(older), StringComparison.Ordinal);
        Assert.StartsWith($"{Path.Combine(damaged, RunFiles.Results)}:1: ", Error(damaged), StringComparison.Ordinal);
        Assert.All([headless, foreign, absent], directory => Assert.Contains("not a run directory", Error(directory), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Import_OfARunThatGrew_ReplacesWhatItHad_AndKeepsItsPin()
    {
        var directory = Night(0);
        await using var store = await RunStore.OpenAsync(await LocationAsync());
        await store.ImportAsync([Runs]);
        Assert.True(await store.PinAsync(Path.GetFileName(directory)));
        Append(directory, RunFiles.Samples, """{"metric":"disk.iops","unit":"iops","better":"higher","value":900,"t":"2026-01-03T00:00:00Z"}""" + "\n");
        Assert.Equal((1, 0, 0), Counts(await store.ImportAsync([Runs])));
        Assert.Equal((9, true), (Assert.Single(await store.RunsAsync()) is var run ? (run.Samples, run.Pinned) : default));
        var points = Assert.Single(await store.HistoryAsync(new HistoryQuery { Metric = "disk.*" })).Points;
        Assert.Equal((3, 200), (Assert.Single(points).N, points[0].Median));
    }

    [Fact]
    public async Task Import_OfACopy_IsRefused_AndOfAMovedRun_FollowsIt()
    {
        var directory = Night(0);
        await using var store = await RunStore.OpenAsync(await LocationAsync());
        await store.ImportAsync([Runs]);
        var copy = Directory.CreateDirectory(Path.Combine(Runs, "copy")).FullName;
        foreach (var file in Directory.GetFiles(directory))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        var refused = Assert.Single((await store.ImportAsync([Runs])).Refused);
        Assert.Equal(copy, refused.Directory);
        Assert.Contains(directory, refused.Error, StringComparison.Ordinal);

        Directory.Delete(directory, recursive: true);
        await store.ImportAsync([Runs]);
        Assert.Equal(copy, Assert.Single(await store.RunsAsync()).Directory);
    }

    [Fact]
    public async Task Imports_AtOnce_WithAReader_StoreEachRunOnce()
    {
        for (var day = 0; day < 40; day++)
            Night(day);
        var location = await LocationAsync();
        var stores = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => RunStore.OpenAsync(location))));
        var imports = Task.WhenAll(stores.Take(2).Select(store => Task.Run(() => store.ImportAsync([Runs]))));
        do
        {
            // A run is seen with all of its points or not at all.
            var seen = await stores[2].HistoryAsync();
            Assert.All(seen, series => Assert.All(series.Points, point => Assert.True(point.N > 0)));
        }
        while (!imports.IsCompleted);

        await imports;
        Assert.Equal(40, (await stores[2].RunsAsync()).Count);
        Assert.All(await stores[2].HistoryAsync(), series => Assert.Equal(40, series.Points.Count));
        foreach (var store in stores)
            await store.DisposeAsync();
    }

    [Fact]
    public async Task History_FailedOperations_RankBehindEveryValue()
    {
        Night(0, more: run =>
        {
            for (var i = 0; i < 4; i++)
                run.Failed("attach", Units.Second, Better.Lower, 60).Failed("rate", Units.Count, Better.Higher, 1);
            run.Values("attach", Units.Second, Better.Lower, SampleRole.Subject, SyntheticRun.Map(), 1, 2);
            run.Values("rate", Units.Count, Better.Higher, SampleRole.Subject, SyntheticRun.Map(), 1, 2);
        });
        await using var store = await RunStore.OpenAsync(await LocationAsync());
        await store.ImportAsync([Runs]);
        SeriesPoint Point(string metric, IReadOnlyList<SeriesHistory> all) => Assert.Single(all.Single(series => series.Metric == metric).Points);
        var history = await store.HistoryAsync();
        Assert.Equal((2, 4, double.PositiveInfinity), (Point("attach", history).N, Point("attach", history).Failed, Point("attach", history).Median));
        Assert.Equal((2, 4, double.NegativeInfinity), (Point("rate", history).N, Point("rate", history).Failed, Point("rate", history).Median));
    }

    [Fact]
    public async Task History_OfAScenarioInError_HasNoPoint()
    {
        var directory = Night(0, more: run => run.Result("net", "Net.Tcp", Verdict.Error, "qemu ended"));
        Append(directory, RunFiles.Samples, """{"metric":"net.rtt","unit":"ms","better":"lower","scenario":"Net.Tcp","value":9,"t":"2026-01-03T00:00:00Z"}""" + "\n");
        await using var store = await RunStore.OpenAsync(await LocationAsync());
        await store.ImportAsync([Runs]);
        Assert.Equal(1, Assert.Single(await store.RunsAsync()).SamplesLeftOut);
        Assert.Empty(await store.HistoryAsync(new HistoryQuery { Metric = "net.rtt" }));
    }

    [Fact]
    public async Task Queries_GiveWhatTheyAskForAndNoMore()
    {
        for (var day = 0; day < 4; day++)
            Night(day, description => description with
            {
                Suite = day == 3 ? "smoke" : "nightly",
                Labels = SyntheticRun.Map(("arm", day % 2 == 0 ? "a" : "b")),
                SystemUnderTest = new SystemUnderTest { Commit = new string((char)('a' + day), 40) },
            });
        await using var store = await RunStore.OpenAsync(await LocationAsync());
        await store.ImportAsync([Runs]);
        async Task<string> Days(RunQuery query) => string.Join(' ', (await store.RunsAsync(query)).Select(run => (run.StartedAt - Start).Days));
        Assert.Equal("0 1 2 3", await Days(new RunQuery()));
        Assert.Equal("3", await Days(new RunQuery { Suite = "smoke" }));
        Assert.Equal("1 2", await Days(new RunQuery { Since = Start.AddDays(1), Until = Start.AddDays(3) }));
        Assert.Equal("1 3", await Days(new RunQuery { Labels = SyntheticRun.Map(("arm", "b")) }));
        Assert.Equal("2", await Days(new RunQuery { Commit = "cccc" }));

        var history = await store.HistoryAsync(new HistoryQuery { Suite = "nightly", Metric = "b??t.*", Since = Start.AddDays(1), Labels = SyntheticRun.Map(("arm", "a")) });
        Assert.Equal([4.0], Assert.Single(history).Points.Select(point => point.Median));
    }

    [Fact]
    public async Task Prune_TakesOldRuns_NotPinnedOnes_NorTheNewestToKeep()
    {
        var directories = Enumerable.Range(0, 5).Select(day => Night(day)).ToList();
        await using var store = await RunStore.OpenAsync(await LocationAsync());
        await store.ImportAsync([Runs]);
        await store.PinAsync(Path.GetFileName(directories[0]));
        var options = new PruneOptions(Runs, Start.AddDays(4), Keep: 2, DryRun: true);
        Assert.Equal([directories[1], directories[2]], (await store.PruneAsync(options)).Removed.Select(run => run.Directory));
        Assert.All(directories, directory => Assert.True(Directory.Exists(directory)));

        var report = await store.PruneAsync(options with { DryRun = false });
        Assert.Equal([directories[1], directories[2]], report.Removed.Select(run => run.Directory));
        Assert.Empty(report.Refused);
        Assert.Equal(new[] { 0, 3, 4 }.Select(day => directories[day]), Directory.GetDirectories(Runs).Order(StringComparer.Ordinal));
        Assert.Equal(3, (await store.RunsAsync()).Count);
        Assert.All(await store.HistoryAsync(), series => Assert.Equal(3, series.Points.Count));

        Assert.True(await store.UnpinAsync(Path.GetFileName(directories[0])));
        Assert.Equal(directories[0], Assert.Single((await store.PruneAsync(options with { DryRun = false })).Removed).Directory);
        Assert.False(await store.PinAsync("absent"));
    }

    [Fact]
    public async Task Prune_OfWhatIsNotItsOwn_IsRefused()
    {
        var elsewhere = Directory.CreateTempSubdirectory("lab-elsewhere-").FullName;
        try
        {
            var (linked, inside, other, missing) = (Night(0), Night(1), Night(2), Night(3));
            await using var store = await RunStore.OpenAsync(await LocationAsync());
            var outside = Path.Combine(elsewhere, "run");
            Directory.Move(Night(4), outside);
            await store.ImportAsync([Runs, elsewhere]);

            // A link in the place of a run, a link in a run, a run in the place of another, and one that is gone.
            var target = Path.Combine(elsewhere, "target");
            Directory.Move(linked, target);
            Directory.CreateSymbolicLink(linked, target);
            Directory.CreateSymbolicLink(Path.Combine(inside, "logs", "link"), target);
            var info = Path.Combine(other, RunFiles.Info);
            await File.WriteAllTextAsync(info, (await File.ReadAllTextAsync(info)).Replace(Path.GetFileName(other), "20260101T000000Z-nightly-other", StringComparison.Ordinal));
            Directory.Delete(missing, recursive: true);

            var report = await store.PruneAsync(new PruneOptions(Runs, Start.AddDays(9)));
            Assert.Equal([inside, missing], report.Removed.Select(run => run.Directory));
            Assert.Equal([linked, other, outside], report.Refused.Select(row => row.Directory));
            Assert.Contains("symbolic link", report.Refused[0].Error, StringComparison.Ordinal);
            Assert.Contains("nightly-other", report.Refused[1].Error, StringComparison.Ordinal);
            Assert.Contains("not directly in", report.Refused[2].Error, StringComparison.Ordinal);
            Assert.False(Directory.Exists(inside));
            Assert.All([target, other, outside], directory => Assert.True(File.Exists(Path.Combine(directory, RunFiles.Info))));
            Assert.Equal(3, (await store.RunsAsync()).Count);
        }
        finally
        {
            Directory.Delete(elsewhere, recursive: true);
        }
    }

    [Fact]
    public async Task Verify_NamesEveryFileThatIsNotAsItWas()
    {
        var (changed, missing, whole) = (Night(0), Night(1), Night(2));
        File.Delete(Path.Combine(changed, RunFiles.Events));
        await using var store = await RunStore.OpenAsync(await LocationAsync());
        await store.ImportAsync([Runs]);
        Assert.Empty(await store.VerifyAsync());

        var samples = Path.Combine(changed, RunFiles.Samples);
        var (text, time) = (await File.ReadAllTextAsync(samples), File.GetLastWriteTimeUtc(samples));
        await File.WriteAllTextAsync(samples, text.Replace("\"value\":1,", "\"value\":0,", StringComparison.Ordinal));
        File.SetLastWriteTimeUtc(samples, time);
        Append(changed, RunFiles.Events, "");
        File.Delete(Path.Combine(missing, RunFiles.Results));
        Assert.Equal(
            [
                new(Path.GetFileName(changed), samples, ChecksumFaultKind.Changed),
                new(Path.GetFileName(changed), Path.Combine(changed, RunFiles.Events), ChecksumFaultKind.Added),
                new(Path.GetFileName(missing), Path.Combine(missing, RunFiles.Results), ChecksumFaultKind.Missing),
            ],
            await store.VerifyAsync());
        Assert.True(Directory.Exists(whole));
    }

    [Fact]
    public async Task Store_OfANewerVersion_IsRefused()
    {
        var location = await LocationAsync();
        await using (var store = await RunStore.OpenAsync(location))
            Assert.Empty(await store.RunsAsync());
        await using (var database = StoreDatabase.At(location))
        {
            await using DbConnection connection = await database.OpenAsync(default);
            await using var transaction = await database.BeginWriteAsync(connection, default);
            await connection.ExecuteAsync(transaction, "INSERT INTO store_schema (version) VALUES (@version)", default, ("version", 99L));
            await transaction.CommitAsync();
        }

        var error = await Assert.ThrowsAsync<StoreException>(() => RunStore.OpenAsync(location));
        Assert.Contains("version 99", error.Message, StringComparison.Ordinal);
    }

    private static (int Imported, int Unchanged, int Refused) Counts(ImportReport report) => (report.Imported, report.Unchanged, report.Refused.Count);
}
