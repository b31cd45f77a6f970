using System.Net.Sockets;
using Lab.Contracts.Testbeds;
using Lab.Harness.Launch;
using Lab.Harness.Processes;

namespace Lab.Harness.Doctor;

/// <summary>Looks at everything the lab needs of the machine, and says for each thing that is missing how to mend it.</summary>
public sealed class MachineDoctor(string cacheDirectory = TestbedPaths.CacheRoot)
{
    public const long MemoryBytesMin = 6L << 30;
    public const long DiskBytesMin = 8L << 30;

    /// <summary>Programs by the Debian package that has them.</summary>
    private static readonly (string Program, string Package)[] Programs =
    [
        ("qemu-system-x86_64", "qemu-system-x86"),
        ("qemu-img", "qemu-utils"),
        ("libvirtd", "libvirt-daemon"),
        ("dockerd", "docker.io"),
        ("mmdebstrap", "mmdebstrap"),
        ("ip", "iproute2"),
        ("ethtool", "ethtool"),
        ("nsenter", "util-linux"),
        ("runsv", "runit"),
        ("mcopy", "mtools"),
        ("mkfs.vfat", "dosfstools"),
        ("mksquashfs", "squashfs-tools"),
        ("sfdisk", "fdisk"),
        ("cpio", "cpio"),
        ("busybox", "busybox-static"),
        ("fio", "fio"),
        ("ipmitool", "ipmitool"),
        ("iperf3", "iperf3"),
        ("tcpdump", "tcpdump"),
    ];

    public async Task<IReadOnlyList<Finding>> ExamineAsync(CancellationToken token)
    {
        var findings = new List<Finding> { Root() };
        findings.AddRange(Programs.Select(Program));
        findings.Add(Present("UEFI firmware", KvmProbe.FirmwareCode, "apt-get install ovmf"));
        findings.Add(Present("boot loader of the probe OS", "/usr/lib/systemd/boot/efi/systemd-bootx64.efi", "apt-get install systemd-boot-efi"));
        findings.Add(Present("TUN device", "/dev/net/tun", "modprobe tun, or boot a kernel with CONFIG_TUN"));
        findings.Add(await NetworkNamespacesAsync(token));
        findings.Add(await DockerAsync(token));
        findings.Add(await KvmAsync(token));
        findings.Add(Memory());
        findings.Add(Disk());
        return findings;
    }

    private static Finding Root() => Environment.UserName == "root"
        ? new Finding("root", FindingState.Good, "running as root")
        : new Finding("root", FindingState.Missing, $"running as {Environment.UserName}", "run lab.sh, which asks for root by sudo");

    private static Finding Program((string Program, string Package) wanted) =>
        FindInPath(wanted.Program) is { } path
            ? new Finding(wanted.Program, FindingState.Good, path)
            : new Finding(wanted.Program, FindingState.Missing, "not found in PATH", $"apt-get install {wanted.Package}");

    private static Finding Present(string subject, string path, string mend) => File.Exists(path)
        ? new Finding(subject, FindingState.Good, path)
        : new Finding(subject, FindingState.Missing, path + " is missing", mend);

    private static async Task<Finding> NetworkNamespacesAsync(CancellationToken token)
    {
        const string Subject = "network namespaces";
        try
        {
            var result = await Tool.TryRunAsync("unshare", ["--net", "ip", "link", "add", "doctor0", "type", "veth", "peer", "name", "doctor1"], token);
            return result.ExitCode == 0
                ? new Finding(Subject, FindingState.Good, "made one with a veth pair")
                : new Finding(Subject, FindingState.Missing, result.Error.Trim(), "run as root, on a kernel with network namespaces and veth");
        }
        catch (LabException e)
        {
            return new Finding(Subject, FindingState.Missing, e.Message, "apt-get install util-linux iproute2");
        }
    }

    private static async Task<Finding> DockerAsync(CancellationToken token)
    {
        const string Subject = "docker engine";
        try
        {
            var socket = await DockerService.FindAsync(token);
            if (socket is not null)
                return new Finding(Subject, FindingState.Good, $"answers on {socket}");
        }
        catch (Exception e) when (e is SocketException or IOException or HttpRequestException)
        {
            return new Finding(Subject, FindingState.Missing, e.Message, "mend or stop the docker daemon that DOCKER_HOST or /var/run/docker.sock names");
        }
        return FindInPath("dockerd") is null
            ? new Finding(Subject, FindingState.Missing, "none runs and there is no dockerd to start", "apt-get install docker.io")
            : new Finding(Subject, FindingState.Good, "none runs; the lab starts one of its own");
    }

    private async Task<Finding> KvmAsync(CancellationToken token)
    {
        if (FindInPath("qemu-system-x86_64") is null || !File.Exists(KvmProbe.FirmwareCode))
            return new Finding("KVM", FindingState.Degraded, "not tried: QEMU or its firmware is missing", "apt-get install qemu-system-x86 ovmf");
        try
        {
            var verdict = await KvmProbe.RunAsync(cacheDirectory, token);
            return verdict.Works
                ? new Finding("KVM", FindingState.Good, verdict.Reason)
                : new Finding("KVM", FindingState.Degraded, $"{verdict.Reason}; hosts are emulated by TCG", "use a machine with (nested) virtualisation for faster hosts");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Finding("KVM", FindingState.Degraded, "not tried: " + e.Message, "run lab.sh, which asks for root by sudo");
        }
    }

    private static Finding Memory()
    {
        var line = File.ReadLines("/proc/meminfo").First(l => l.StartsWith("MemAvailable:", StringComparison.Ordinal));
        var bytes = long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) << 10;
        return Enough("memory", bytes, MemoryBytesMin, "end other programs, or give the machine more memory");
    }

    private Finding Disk()
    {
        // Looked at without making it: whoever asks may not be allowed to.
        var existing = cacheDirectory;
        while (!Directory.Exists(existing))
            existing = Path.GetDirectoryName(existing)!;
        return Enough("disk", new DriveInfo(existing).AvailableFreeSpace, DiskBytesMin, $"make room on the file system of {cacheDirectory}");
    }

    private static Finding Enough(string subject, long found, long needed, string mend)
    {
        var detail = $"{ByteSize.Format(found >> 20 << 20)} free";
        return found >= needed
            ? new Finding(subject, FindingState.Good, detail)
            : new Finding(subject, FindingState.Missing, $"{detail}; {ByteSize.Format(needed)} are needed", mend);
    }

    private static string? FindInPath(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin".Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Combine(directory, program))
            .FirstOrDefault(File.Exists);
}
