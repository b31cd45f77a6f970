using Lab.Contracts.Runs;
using Lab.Harness;
using Lab.Harness.Cloud;
using Lab.Scenarios.Fixtures;

namespace Lab.Scenarios.Isolation;

/// <summary>
/// What a tenant wrote and deleted is not readable by the next: every byte of a new volume of the same size is zero. The control is the
/// tenant itself, whose own disk the same search says is not blank.
/// </summary>
public sealed class DeletedVolumeScenario(LabFixture lab) : Scenario(lab)
{
    private const int VolumeGiB = 1;
    private const string Pattern = "THIS-BELONGS-TO-THE-RED-TENANT";
    private static readonly TimeSpan ReadLimit = TimeSpan.FromMinutes(2);

    [Fact, Trait("suite", "nightly")]
    public Task DeletedVolume_BytesGoneForNextTenant() => RunAsync("deleted-volume", "isolation", async () =>
    {
        await using (var red = await Machine.BootAsync(Lab, Testbed.Red, "red-writer", [], Token))
        {
            var disk = await AttachAsync(red);
            await red.Shell.RunAsync(
                $"d=/dev/{GuestDisks.OfCloud}; yes {Pattern} | head -c 8388608 >/tmp/p; for s in 0 30 63; do "
                + "dd if=/tmp/p of=$d bs=1M seek=$((s * 16)) oflag=direct conv=notrunc 2>/dev/null; done; sync; rm /tmp/p", Token, ReadLimit);
            // It is there to its end; the search stops at the first byte.
            await red.Shell.RunAsync(
                $"dd if=/dev/{GuestDisks.OfCloud} bs=1M skip=1008 count=8 iflag=direct 2>/dev/null | grep -q -a {Pattern}", Token, ReadLimit);
            await SearchAsync(red, "red tenant", "red", expected: true);
            await DetachAsync(red, disk);
        }
        await using var blue = await Machine.BootAsync(Lab, Testbed.Blue, "blue-reader", [], Token);
        var next = await AttachAsync(blue);
        await SearchAsync(blue, "next tenant", "blue", expected: false);
        await DetachAsync(blue, next);
    });

    private static async Task<string> AttachAsync(Machine machine)
    {
        var volume = await machine.Tenant.CreateVolumeAsync("data", VolumeGiB, Token);
        await machine.Tenant.AttachVolumeAsync(machine.ServerId, volume, Token);
        await machine.Shell.RunAsync($"lab-wait-disk {GuestDisks.OfCloud}", Token);
        return volume;
    }

    private static async Task DetachAsync(Machine machine, string volume)
    {
        await machine.Tenant.DetachVolumeAsync(machine.ServerId, volume, Token);
        await machine.Tenant.WaitForVolumeAsync(volume, "available", Token);
        await machine.Tenant.DeleteVolumeAsync(volume, Token);
    }

    /// <summary>Reads the whole disk and compares it with zeros.</summary>
    private async Task SearchAsync(Machine machine, string who, string tenant, bool expected)
    {
        var result = await machine.Shell.TryRunAsync(
            $"fio --name=blank --filename=/dev/{GuestDisks.OfCloud} --readonly --rw=read --bs=1M --direct=1 --ioengine=libaio --iodepth=4 "
            + "--verify=pattern --verify_pattern=0x00 --verify_fatal=1 --minimal 2>&1", Token, ReadLimit);
        var found = result.Output.Contains("got pattern", StringComparison.Ordinal);
        if (result.ExitCode != 0 && !found)
            throw new LabException("the guest could not read the disk: " + result.Output);
        Observe(new Check
        {
            Name = $"red tenant's bytes on the disk of the {who}",
            From = tenant,
            To = "volume",
            Expected = expected ? "readable" : "absent",
            Observed = found ? "readable" : "absent",
            Passed = found == expected,
            Control = expected,
        });
    }
}
