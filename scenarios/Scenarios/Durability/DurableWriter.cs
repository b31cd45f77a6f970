using System.Globalization;
using System.Text.RegularExpressions;
using Lab.Contracts.Runs;
using Lab.Harness;
using Lab.Harness.Cloud;
using Lab.Scenarios.Fixtures;

namespace Lab.Scenarios.Durability;

/// <summary>
/// <c>lab-durable</c> on a cloud volume of one machine: writers whose acknowledged flushes are read from the console, where they survive
/// the host, and the verification of what they wrote.
/// </summary>
internal sealed partial class DurableWriter(Machine machine, string volumeId, ulong volume)
{
    private const int VolumeGiB = 1;
    private const int Writers = 4;
    private const int Blocks = 4096;

    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan VerifyLimit = TimeSpan.FromMinutes(2);

    private readonly ulong[] acknowledged = new ulong[Writers];
    private int read;

    public Machine Machine => machine;

    /// <summary>Of the cloud and of the target alike.</summary>
    public string VolumeId => volumeId;

    private static string Disk => "/dev/" + GuestDisks.OfCloud;

    /// <summary>On a new volume that is attached to a machine.</summary>
    /// <param name="identity">What its blocks say whose they are.</param>
    public static async Task<DurableWriter> AttachAsync(Machine machine, ulong identity, CancellationToken token)
    {
        var volume = await machine.Tenant.CreateVolumeAsync("durable", VolumeGiB, token);
        await machine.Tenant.AttachVolumeAsync(machine.ServerId, volume, token);
        await machine.Shell.RunAsync($"lab-wait-disk {GuestDisks.OfCloud}", token);
        return new DurableWriter(machine, volume, identity);
    }

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
        var found = await RunVerifyAsync(token);
        return new Check
        {
            Name = name,
            Expected = "nothing lost, torn or foreign",
            Observed = found.IsClean ? $"nothing of {found.Written} blocks" : found.Told,
            Passed = found.IsClean,
        };
    }

    /// <summary>A control: the volume did lose something, and the same verification has to find it.</summary>
    public Task<Check> VerifyLossAsync(string name, CancellationToken token) => VerifyDamageAsync(name, "lost", found => found.Lost, token);

    /// <summary>A control: blocks were written by halves.</summary>
    public Task<Check> VerifyTearAsync(string name, CancellationToken token) => VerifyDamageAsync(name, "torn", found => found.Torn, token);

    private async Task<Check> VerifyDamageAsync(string name, string damage, Func<Found, long> count, CancellationToken token)
    {
        var isFound = count(await RunVerifyAsync(token)) > 0;
        return new Check { Name = name, Expected = $"{damage} blocks", Observed = isFound ? $"{damage} blocks" : $"nothing {damage}", Passed = isFound, Control = true };
    }

    private async Task<Found> RunVerifyAsync(CancellationToken token)
    {
        var result = await machine.Shell.TryRunAsync($"lab-durable verify {Disk} {volume} {Blocks} {Generations(ahead: 0)}", token, VerifyLimit);
        return Verified.Match(result.Output) is { Success: true } told
            ? new Found(result.ExitCode == 0, told.Groups["written"].Value, Number("lost"), Number("torn"), result.Output.Trim())
            : throw new LabException("the disk could not be verified: " + result.Output);

        long Number(string name) => long.Parse(told.Groups[name].ValueSpan, CultureInfo.InvariantCulture);
    }

    private string Generations(ulong ahead) => string.Join(' ', acknowledged.Select(generation => generation + ahead));

    [GeneratedRegex(@"lab-durable: flushed writer=(?<writer>\d+) generation=(?<generation>\d+)\r?\n")]
    private static partial Regex Flushed { get; }

    [GeneratedRegex(@"lab-durable: verified blocks=\d+ written=(?<written>\d+) lost=(?<lost>\d+) torn=(?<torn>\d+) foreign=\d+")]
    private static partial Regex Verified { get; }

    private sealed record Found(bool IsClean, string Written, long Lost, long Torn, string Told);
}
