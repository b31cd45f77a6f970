using Lab.Contracts.Runs;
using Lab.Scenarios.Fixtures;

namespace Lab.Scenarios.Durability;

/// <summary>
/// A tenant writes to a volume of a target that is slow, stalls, loses connections or corrupts what it sends. Each fault acts, and nothing
/// acknowledged is lost under it or read wrongly. Control: a target that writes halves of blocks is found out by the same verification.
/// </summary>
public sealed class FaultScenario(LabFixture lab) : Scenario(lab)
{
    /// <summary>Faults that writers bear, in the order in which they are set.</summary>
    private static readonly string[] Borne = ["latency-tail", "narrow-bandwidth", "stall", "lost-connection", "corrupted-data", "corrupted-header"];

    [Fact, Trait("suite", "durability")]
    public Task Faults_LoseNothingAcknowledged() => RunAsync("faults-under-writers", "durability", async () =>
    {
        await using var machine = await Machine.BootAsync(Lab, Testbed.Red, "durable-faults", [], Token);
        var writer = await DurableWriter.AttachAsync(machine, 3, Token);
        var faults = TargetFaults.Load();
        foreach (var name in Borne)
            await BearAsync(writer, faults[name]);
        await TearAsync(writer, faults["torn-write"]);
    });

    private async Task BearAsync(DurableWriter writer, TargetFault fault)
    {
        // Over NBD there are no digests, so there is nothing that would tell a corrupted frame.
        if (fault.Rule.GetProperty("kind").GetString() == "corrupted_pdu" && !Testbed.CardsCarryVolumes)
            return;
        var id = await Testbed.Storage.SetFaultAsync(fault.On(writer.VolumeId), Token);
        await WriteAsync(writer);
        Observe(await writer.VerifyAsync($"{fault.Name}: disk of {writer.Machine.Node}", Token));
        var acted = await Testbed.Storage.EndFaultAsync(id, Token);
        Observe(new Check
        {
            Name = $"{fault.Name}: acted",
            Expected = "at least once",
            Observed = acted == 0 ? "never" : "at least once",
            Passed = acted > 0,
            Control = true,
        });
    }

    private async Task TearAsync(DurableWriter writer, TargetFault fault)
    {
        var id = await Testbed.Storage.SetFaultAsync(fault.On(writer.VolumeId), Token);
        await WriteAsync(writer);
        await Testbed.Storage.EndFaultAsync(id, Token);
        Observe(await writer.VerifyTearAsync("blocks that the target wrote by halves are missed", Token));
    }

    private static async Task WriteAsync(DurableWriter writer)
    {
        var from = writer.Machine.Console.Position;
        await writer.StartAsync(Token);
        await writer.AllAdvancedAsync(from, Token);
        await writer.StopAsync(Token);
    }
}
