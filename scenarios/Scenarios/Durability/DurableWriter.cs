using System.Globalization;
using System.Text.RegularExpressions;
using Lab.Contracts.Runs;
using Lab.Harness;
using Lab.Scenarios.Fixtures;

namespace Lab.Scenarios.Durability;

/// <summary>
/// <c>lab-durable</c> on a cloud volume of one machine: writers whose acknowledged flushes are read from the console, where they survive
/// the host, and the verification of what they wrote.
/// </summary>
internal sealed partial class DurableWriter(Machine machine, ulong volume)
{
    private const int Writers = 4;
    private const int Blocks = 4096;

    /// <summary>Generations that no writer can have been at: verified as acknowledged, they have to be missed.</summary>
    private const ulong NeverWritten = 3;

    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan VerifyLimit = TimeSpan.FromMinutes(2);

    private readonly ulong[] acknowledged = new ulong[Writers];
    private int read;

    public Machine Machine => machine;

    private static string Disk => "/dev/" + GuestDisks.OfCloud;

    /// <summary>Goes on behind the last acknowledged generations.</summary>
    public async Task StartAsync(CancellationToken token)
    {
        read = machine.Console.Position;
        await machine.Shell.RunAsync($"lab-durable write {Disk} {volume} {Blocks} {Generations(ahead: 1)} &", token);
    }

    /// <summary>Waits until every writer has begun and ended a generation since a position of the console.</summary>
    /// <returns>When the last of them had.</returns>
    public async Task<DateTimeOffset> AllAdvancedAsync(int from, CancellationToken token)
    {
        var at = DateTimeOffset.MinValue;
        for (var writer = 0; writer < Writers; writer++)
        {
            var flushed = new Regex($@"lab-durable: flushed writer={writer} generation=\d+\r?\n");
            // The first may have been under way before.
            var first = await machine.Console.WaitForAsync(flushed, from, RecoveryLimit, token);
            var second = await machine.Console.WaitForAsync(flushed, first.End, RecoveryLimit, token);
            at = second.At > at ? second.At : at;
        }
        return at;
    }

    public async Task StopAsync(CancellationToken token)
    {
        await machine.Shell.RunAsync("killall lab-durable && wait", token, RecoveryLimit);
        ReadAcknowledged();
    }

    /// <summary>Takes what the writers told, also those of a host that is gone.</summary>
    public void ReadAcknowledged()
    {
        foreach (var told in Flushed.Matches(machine.Console.Text(read)).AsEnumerable())
        {
            var writer = int.Parse(told.Groups["writer"].ValueSpan, CultureInfo.InvariantCulture);
            acknowledged[writer] = Math.Max(acknowledged[writer], ulong.Parse(told.Groups["generation"].ValueSpan, CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Reads all that was written, with the writers stopped.</summary>
    public async Task<Check> VerifyAsync(string name, CancellationToken token)
    {
        var found = await RunVerifyAsync(ahead: 0, token);
        return new Check
        {
            Name = name,
            Expected = "nothing lost, torn or foreign",
            Observed = found.IsClean ? $"nothing of {found.Written} blocks" : found.Told,
            Passed = found.IsClean,
        };
    }

    /// <summary>The control: what was never written is asked for as if it had been acknowledged.</summary>
    public async Task<Check> VerifyControlAsync(CancellationToken token)
    {
        var found = await RunVerifyAsync(NeverWritten, token);
        return new Check
        {
            Name = "generations that were never written are missed",
            Expected = "lost blocks",
            Observed = found.IsClean ? "nothing" : "lost blocks",
            Passed = !found.IsClean,
            Control = true,
        };
    }

    private async Task<Found> RunVerifyAsync(ulong ahead, CancellationToken token)
    {
        var result = await machine.Shell.TryRunAsync($"lab-durable verify {Disk} {volume} {Blocks} {Generations(ahead)}", token, VerifyLimit);
        return Verified.Match(result.Output) is { Success: true } told
            ? new Found(result.ExitCode == 0, told.Groups["written"].Value, result.Output.Trim())
            : throw new LabException("the disk could not be verified: " + result.Output);
    }

    private string Generations(ulong ahead) => string.Join(' ', acknowledged.Select(generation => generation + ahead));

    [GeneratedRegex(@"lab-durable: flushed writer=(?<writer>\d+) generation=(?<generation>\d+)\r?\n")]
    private static partial Regex Flushed { get; }

    [GeneratedRegex(@"lab-durable: verified blocks=\d+ written=(?<written>\d+) lost=\d+ torn=\d+ foreign=\d+")]
    private static partial Regex Verified { get; }

    private sealed record Found(bool IsClean, string Written, string Told);
}
