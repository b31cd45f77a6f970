using System.Text.RegularExpressions;

namespace Lab.Harness.Images;

/// <summary>
/// The probe OS: a raw GPT disk image below 128 MiB that boots by UEFI from any virtio-blk or NVMe disk to a root shell on the
/// serial console. The regular expressions are what it and its firmware say there, in this order; each ends the phase it is named
/// after and begins the next.
/// </summary>
/// <remarks>
/// In the guest: NICs are eth0, eth1, … in slot order, disks vda, vdb, … in order of appearance; <c>lab-nic MAC</c> and
/// <c>lab-disk SERIAL</c> name them. To see a plug with the least delay, run <c>lab-wait-disk SERIAL</c>, <c>lab-wait-nic MAC</c>
/// or one of their <c>-gone</c> forms, wait for <see cref="Waiting"/>, and only then ask for the plug; <c>lab-first-io SERIAL</c>
/// reads 4 KiB past the page cache; <c>lab-send-frame NIC HEX [COUNT]</c> sends any Ethernet frame. Each prints one line that starts
/// with <c>lab-probe:</c> and has the guest's uptime. A virtio-blk serial number has at most 20 characters, so compare with the
/// first 20 of a longer id. fio, iperf3, tcpdump, nvme, ethtool, ip, ss, bridge, ping and mausezahn are Debian's, the rest is busybox.
/// </remarks>
public static partial class ProbeImage
{
    public const long SizeBytesMax = 128L * 1024 * 1024;

    /// <summary>The shell's prompt; input is not echoed, a line has at most 4095 characters.</summary>
    public const string Prompt = "lab-probe# ";

    public static ImageRecipe Recipe { get; } = new("probe", "Probe", ".raw");

    /// <inheritdoc cref="ImageCache.EnsureAsync"/>
    public static Task<CachedImage> EnsureAsync(CancellationToken token, string cacheDirectory = ImageCache.DefaultDirectory) =>
        new ImageCache(cacheDirectory).EnsureAsync(Recipe, token);

    /// <summary>OVMF starts the boot loader it found.</summary>
    [GeneratedRegex("BdsDxe: starting Boot[0-9A-F]{4}")]
    public static partial Regex Firmware { get; }

    /// <summary>The kernel's EFI stub runs: systemd-boot has loaded kernel and initial RAM disk.</summary>
    [GeneratedRegex("EFI stub: ")]
    public static partial Regex BootLoader { get; }

    /// <summary>The kernel started its first process. Group "uptime": seconds since the kernel's start.</summary>
    [GeneratedRegex(@"lab-probe: kernel uptime=(?<uptime>[0-9.]+)\r?\n")]
    public static partial Regex Kernel { get; }

    /// <summary>Disks are there, NICs configured, user data has run; the shell follows at once. Group "uptime" as above.</summary>
    [GeneratedRegex(@"lab-probe: ready uptime=(?<uptime>[0-9.]+)\r?\n")]
    public static partial Regex Ready { get; }

    /// <summary>What the config drive said; group "uuid" is the instance's. Without a config drive the guest says "config none".</summary>
    [GeneratedRegex(@"lab-probe: config drive=(?<drive>\S+) uuid=(?<uuid>\S*) name=(?<name>[^\r\n]*)\r?\n")]
    public static partial Regex Config { get; }

    /// <summary>A wait helper is looking.</summary>
    [GeneratedRegex(@"lab-probe: waiting\r?\n")]
    public static partial Regex Waiting { get; }

    /// <summary>A wait helper found what it waited for. Groups: "kind" (disk, nic), "event" (seen, gone, timeout), "id", "uptime".</summary>
    [GeneratedRegex(@"lab-probe: (?<kind>disk|nic) (?<event>seen|gone|timeout) id=(?<id>\S+)( name=(?<name>\S+))? uptime=(?<uptime>[0-9.]+)\r?\n")]
    public static partial Regex Seen { get; }

    /// <summary>The first read of a disk was answered. Groups: "id", "name", "uptime".</summary>
    [GeneratedRegex(@"lab-probe: io done id=(?<id>\S+) name=(?<name>\S+) uptime=(?<uptime>[0-9.]+)\r?\n")]
    public static partial Regex FirstIo { get; }
}
