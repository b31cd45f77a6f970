using System.Diagnostics;
using Lab.Harness.Processes;

namespace Lab.Harness.Launch;

/// <summary>
/// Tells whether KVM really runs guests here: /dev/kvm may open and the firmware still never start. Proven by booting UEFI
/// firmware until it speaks on the serial port, and remembered until the machine reboots.
/// </summary>
public static class KvmProbe
{
    public const string FirmwareCode = "/usr/share/OVMF/OVMF_CODE_4M.fd";
    private static readonly TimeSpan BootLimit = TimeSpan.FromSeconds(15);

    public static async Task<KvmVerdict> RunAsync(string cacheDirectory, CancellationToken token)
    {
        if (!File.Exists("/dev/kvm"))
            return new KvmVerdict(false, "/dev/kvm does not exist: switch virtualisation on in the firmware, or nested virtualisation in the hypervisor");
        var bootId = (await File.ReadAllTextAsync("/proc/sys/kernel/random/boot_id", token)).Trim();
        Directory.CreateDirectory(cacheDirectory);
        var remembered = Path.Combine(cacheDirectory, "kvm-" + bootId);
        if (!File.Exists(remembered))
        {
            var found = await BootAsync(token);
            await File.WriteAllTextAsync(remembered, (found.Works ? "yes\n" : "no\n") + found.Reason, token);
        }
        var lines = (await File.ReadAllTextAsync(remembered, token)).Split('\n', 2);
        return new KvmVerdict(lines[0] == "yes", lines.ElementAtOrDefault(1) ?? "");
    }

    private static async Task<KvmVerdict> BootAsync(CancellationToken token)
    {
        var start = new ProcessStartInfo("qemu-system-x86_64",
        [
            "-machine", "q35,accel=kvm", "-cpu", "host", "-m", "256", "-display", "none", "-nodefaults", "-net", "none",
            "-drive", $"if=pflash,format=raw,readonly=on,file={FirmwareCode}", "-serial", "stdio",
        ])
        { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        using var process = Process.Start(start) ?? throw new LabException("qemu-system-x86_64 did not start");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(token);
        deadline.CancelAfter(BootLimit);
        try
        {
            var said = new char[1];
            var count = await process.StandardOutput.ReadAsync(said, deadline.Token);
            return count > 0
                ? new KvmVerdict(true, "UEFI firmware boots under KVM")
                : new KvmVerdict(false, "QEMU under KVM ended: " + (await process.StandardError.ReadToEndAsync(deadline.Token)).Trim());
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            return new KvmVerdict(false, $"the firmware said nothing within {BootLimit.TotalSeconds:0} s under KVM");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }
}

/// <param name="Works">Guests run under KVM; else hosts are emulated by TCG.</param>
public sealed record KvmVerdict(bool Works, string Reason)
{
    public string Accelerator => Works ? "kvm" : "tcg";
}
