using Lab.Contracts.Runs;
using Lab.Harness.Cloud;
using Lab.Scenarios.Fixtures;

namespace Lab.Scenarios.Durability;

/// <summary>
/// Two tenants write to volumes of one target while it, their DPUs' daemons and agents, their hosts and the paths between crash. After
/// every crash everything acknowledged is there, no block is torn, and no byte of the other's volume is on either. Control: a target that
/// acknowledges flushes and does not do them is found out by the same verification.
/// </summary>
public sealed class DurabilityScenario(LabFixture lab) : Scenario(lab)
{
    [Fact, Trait("suite", "durability")]
    public Task Crashes_LoseNothingAcknowledged() => RunAsync("crashes-under-writers", "durability", async () =>
    {
        var (red, blue) = await SideBySide.BothAsync(
            Machine.BootAsync(Lab, Testbed.Red, "durable-red", [], Token), Machine.BootAsync(Lab, Testbed.Blue, "durable-blue", [], Token));
        await using var redHost = red;
        await using var blueHost = blue;
        DurableWriter[] writers = [await DurableWriter.AttachAsync(red, 1, Token), await DurableWriter.AttachAsync(blue, 2, Token)];
        var injector = new CrashInjector(Testbed);
        await EachAsync(writers, writer => writer.StartAsync(Token));
        var number = 0;
        foreach (var crash in Crash.Plan(Parameters.Seed, Parameters.Crashes, writers.Length))
        {
            await CrashAsync(injector, writers, crash, $"crash {++number}, {Name(crash)} of {writers[crash.Node].Machine.Node}");
            await EachAsync(writers, writer => writer.StartAsync(Token));
        }
        await LoseFlushesAsync(injector, writers[0]);
        await writers[1].StopAsync(Token);
    });

    private async Task LoseFlushesAsync(CrashInjector injector, DurableWriter writer)
    {
        await Testbed.Storage.SetFaultAsync(TargetFaults.Load()["lost-flush"].On(writer.VolumeId), Token);
        await writer.AllAdvancedAsync(writer.Machine.Console.Position, Token);
        await injector.InjectAsync(new Crash(CrashKind.Target, 0, TimeSpan.Zero, TimeSpan.Zero), writer.Machine, Token);
        await writer.StopAsync(Token);
        Observe(await writer.VerifyLossAsync("flushes that the target only acknowledged are missed", Token));
    }

    private async Task CrashAsync(CrashInjector injector, DurableWriter[] writers, Crash crash, string name)
    {
        // A moment of the seed's choosing, so that crashes meet writers anywhere in a generation.
        await Task.Delay(crash.After, Lab.Clock, Token);
        var hit = writers[crash.Node];
        var positions = writers.Select(writer => writer.Machine.Console.Position).ToArray();
        var recovered = new MetricRecorder(
            Record, Lab.Clock, MetricNames.DurabilityRecovered, Units.Second, Better.Lower,
            new Dictionary<string, string> { [MetricNames.Dimensions.Crash] = Name(crash) });
        recovered.Subject(await MeasuredAsync(async () =>
        {
            var over = await injector.InjectAsync(crash, hit.Machine, Token);
            var back = crash.Kind == CrashKind.Host
                ? await CrashInjector.HostIsBackAsync(hit.Machine, positions[crash.Node], Token)
                : await hit.AllAdvancedAsync(positions[crash.Node], Token);
            // A path that was down for less than a write takes was no outage.
            return Math.Max(0, (back - over).TotalSeconds);
        }, recovered));
        await EachAsync(writers, async writer =>
        {
            if (crash.Kind == CrashKind.Host && writer == hit)
                writer.ReadAcknowledged();
            else
                await writer.StopAsync(Token);
        });
        var checks = await Task.WhenAll(writers.Select(writer => writer.VerifyAsync($"{name}: disk of {writer.Machine.Node}", Token)));
        foreach (var check in checks)
            Observe(check);
    }

    private static Task EachAsync(IEnumerable<DurableWriter> writers, Func<DurableWriter, Task> action) => Task.WhenAll(writers.Select(action));

    private static string Name(Crash crash) => crash.Kind.ToString().ToLowerInvariant();
}
