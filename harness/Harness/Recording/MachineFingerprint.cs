using System.Globalization;
using System.Runtime.InteropServices;
using Lab.Contracts.Runs;
using Lab.Contracts.Testbeds;
using Lab.Harness.Launch;
using Lab.Harness.Processes;

namespace Lab.Harness.Recording;

/// <summary>Reads what a run record says of machine, testbed and system under test.</summary>
public static class MachineFingerprint
{
    private static readonly string[] Packages = ["qemu-system-x86", "ovmf", "libvirt-daemon", "docker.io", "linux-image-cloud-amd64", "openvswitch-switch"];

    public static async Task<EnvironmentInfo> ReadEnvironmentAsync(string accelerator, CancellationToken token)
    {
        var versions = await Tool.TryRunAsync("dpkg-query", ["-W", "-f", "${Package}=${Version}\n", .. Packages], token);
        return new EnvironmentInfo
        {
            Machine = RuntimeInformation.ProcessArchitecture.ToString(),
            CpuModel = Field("/proc/cpuinfo", "model name") ?? "unknown",
            Cores = Environment.ProcessorCount,
            Memory = long.Parse(Field("/proc/meminfo", "MemTotal")!.Split(' ')[0], CultureInfo.InvariantCulture) << 10,
            OperatingSystem = File.ReadLines("/etc/os-release").First(l => l.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))[12..].Trim('"'),
            Kernel = (await File.ReadAllTextAsync("/proc/sys/kernel/osrelease", token)).Trim(),
            Accel = accelerator,
            DotNet = Environment.Version.ToString(),
            Packages = versions.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split('=', 2)).Where(p => p[1].Length > 0).ToDictionary(p => p[0], p => p[1]),
        };
    }

    public static TestbedInfo Describe(Testbed testbed)
    {
        var node = testbed.Nodes.OfType<EmulatedNode>().FirstOrDefault();
        var shape = new Dictionary<string, string>
        {
            ["nodes"] = testbed.Nodes.Count.ToString(CultureInfo.InvariantCulture),
            ["nodes.kind"] = testbed.Nodes.All(n => n is EmulatedNode) ? "emulated" : testbed.Nodes.All(n => n is RealNode) ? "real" : "mixed",
            ["storage.protocol"] = testbed.Storage[0].Protocol,
        };
        if (node is not null)
        {
            shape["host.vcpus"] = node.HostVcpus.ToString(CultureInfo.InvariantCulture);
            shape["host.memory"] = ByteSize.Format(node.HostMemoryBytes);
            shape["soc.cpus"] = node.SocCpus.ToString(CultureInfo.InvariantCulture);
            shape["soc.memory"] = ByteSize.Format(node.SocMemoryBytes);
        }
        return new TestbedInfo { Name = testbed.Name, Shape = shape };
    }

    /// <param name="checkout">A checkout, or a built revision (<see cref="BuiltRevision"/>), which has no repository of its own.</param>
    public static async Task<SystemUnderTest> ReadSystemUnderTestAsync(string checkout, CancellationToken token)
    {
        if (BuiltRevision.CommitOf(checkout) is { } built)
            return new SystemUnderTest { Commit = built };
        var commit = await Tool.TryRunAsync("git", ["-C", checkout, "rev-parse", "HEAD"], token);
        if (commit.ExitCode != 0)
            return new SystemUnderTest();
        var status = await Tool.TryRunAsync("git", ["-C", checkout, "status", "--porcelain"], token);
        return new SystemUnderTest { Commit = commit.Output.Trim(), Dirty = status.Output.Length > 0 };
    }

    private static string? Field(string file, string name) =>
        File.ReadLines(file).FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim();
}
