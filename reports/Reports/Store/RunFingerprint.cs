using System.Globalization;
using Lab.Contracts.Runs;

namespace Lab.Reports.Store;

/// <summary>
/// The environment of a run down to what the comparison key leaves open: machine, kernel, versions of packages, digests of images.
/// Runs of different fingerprints may be compared, but a trend begins anew where it changes.
/// </summary>
public static class RunFingerprint
{
    public static IReadOnlyDictionary<string, string> Fields(RunInfo run)
    {
        const double gib = 1L << 30;
        var environment = run.Environment;
        var fields = new Dictionary<string, string>
        {
            ["machine"] = environment.Machine,
            ["cpu"] = environment.CpuModel,
            ["cores"] = environment.Cores.ToString(CultureInfo.InvariantCulture),
            // The kernel's share of it changes from boot to boot.
            ["memory_gib"] = Math.Round(environment.Memory / gib).ToString(CultureInfo.InvariantCulture),
            ["os"] = environment.OperatingSystem,
            ["kernel"] = environment.Kernel,
            ["accel"] = environment.Accel,
            ["dotnet"] = environment.DotNet,
        };
        foreach (var (name, version) in environment.Packages)
            fields["package." + name] = version;
        foreach (var (name, digest) in run.Images)
            fields["image." + name] = digest;
        return fields;
    }

    /// <summary>SHA-256, lower-case hex.</summary>
    public static string Of(IReadOnlyDictionary<string, string> fields) => ComparisonKey.HashOf(fields);
}
