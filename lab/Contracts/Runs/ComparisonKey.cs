using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Lab.Contracts.Runs;

/// <summary>
/// What must be alike for two runs to be compared: suite and its version, scenario parameters, testbed shape, environment class.
/// The fields are kept beside the hash, so that a differing one can be named.
/// </summary>
public sealed record ComparisonKey
{
    /// <summary>SHA-256 over the fields in ordinal order, lower-case hex.</summary>
    [RegularExpression("^[0-9a-f]{64}$")]
    public required string Hash { get; init; }

    [Description("The fields the hash is made of.")]
    public required IReadOnlyDictionary<string, string> Fields { get; init; }

    /// <summary>
    /// The environment's class is CPU model, number of cores, memory in whole GiB and acceleration. Kernel, packages and .NET are
    /// not part of it: they are among the things one compares.
    /// </summary>
    public static ComparisonKey Of(RunInfo run)
    {
        const double gib = 1L << 30;
        var fields = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["suite"] = run.Suite,
            ["suite.version"] = run.SuiteVersion,
            ["environment.cpu"] = run.Environment.CpuModel,
            ["environment.cores"] = run.Environment.Cores.ToString(CultureInfo.InvariantCulture),
            ["environment.memory_gib"] = Math.Round(run.Environment.Memory / gib).ToString(CultureInfo.InvariantCulture),
            ["environment.accel"] = run.Environment.Accel,
        };
        foreach (var (name, value) in run.Parameters)
            fields["parameter." + name] = value;
        foreach (var (name, value) in run.Testbed.Shape)
            fields["testbed." + name] = value;
        return new ComparisonKey { Hash = HashOf(fields), Fields = fields };
    }

    /// <summary>The fields in which two keys differ, with both values; null where a side has no such field.</summary>
    public static IReadOnlyList<(string Field, string? A, string? B)> Differences(ComparisonKey a, ComparisonKey b) =>
        [.. a.Fields.Keys.Union(b.Fields.Keys).Order(StringComparer.Ordinal)
            .Select(field => (field, a.Fields.GetValueOrDefault(field), b.Fields.GetValueOrDefault(field)))
            .Where(row => row.Item2 != row.Item3)];

    /// <summary>SHA-256 over fields in ordinal order, lower-case hex.</summary>
    public static string HashOf(IReadOnlyDictionary<string, string> fields)
    {
        // Lengths before texts, so that no two sets of fields write the same bytes.
        var text = new StringBuilder();
        foreach (var (name, value) in fields.OrderBy(field => field.Key, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"{name.Length}:{name}={value.Length}:{value}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
