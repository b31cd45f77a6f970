using System.Text.Json;
using System.Text.Json.Serialization;
using Lab.Contracts.Runs;

namespace Lab.Reports.Calibration;

/// <summary>Noise profiles as files: noise/&lt;hash of the comparison key&gt;.json in the directory that holds the runs.</summary>
public static class NoiseProfiles
{
    private const string Folder = "noise";
    private const long BytesMax = 16 << 20;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
        WriteIndented = true,
        NewLine = "\n",
    };

    public static string PathOf(string runsDirectory, string hash) => Path.Combine(runsDirectory, Folder, hash + ".json");

    /// <returns>The profile of runs with that comparison key; null when nobody calibrated.</returns>
    /// <inheritdoc cref="Read"/>
    public static NoiseProfile? Find(string runsDirectory, string hash)
    {
        var path = PathOf(runsDirectory, hash);
        if (!File.Exists(path))
            return null;
        var profile = Read(path);
        return profile.Comparison.Hash == hash
            ? profile
            : throw new RunRecordException($"{path} is the profile of comparison key {profile.Comparison.Hash}; make it anew by `lab calibrate`");
    }

    /// <exception cref="RunRecordException">The file is missing, damaged, or of another schema version; the message names file and line.</exception>
    public static NoiseProfile Read(string path)
    {
        if (!File.Exists(path))
            throw new RunRecordException($"there is no noise profile {path}; `lab calibrate` makes one");
        if (new FileInfo(path).Length > BytesMax)
            throw new RunRecordException($"{path} is larger than {BytesMax} bytes and no noise profile");
        try
        {
            var profile = JsonSerializer.Deserialize<NoiseProfile>(File.ReadAllText(path), Options) ?? throw new RunRecordException($"{path}:1: null is no noise profile");
            Check(profile, path);
            return profile;
        }
        catch (JsonException error)
        {
            throw new RunRecordException($"{path}:{1 + (error.LineNumber ?? 0)}: {error.Message}", error);
        }
    }

    /// <summary>Written in place of the one before; a reader sees either.</summary>
    /// <returns>The file.</returns>
    public static string Write(string runsDirectory, NoiseProfile profile)
    {
        var path = PathOf(runsDirectory, profile.Comparison.Hash);
        Check(profile, path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path + ".new", JsonSerializer.Serialize(profile, Options) + "\n");
        File.Move(path + ".new", path, overwrite: true);
        return path;
    }

    private static void Check(NoiseProfile profile, string path)
    {
        if (profile.SchemaVersion != NoiseProfile.CurrentSchemaVersion)
            throw new RunRecordException($"{path} has schema version {profile.SchemaVersion}; this program reads {NoiseProfile.CurrentSchemaVersion}");
        if (profile.Comparison.Hash.Length == 0 || !profile.Comparison.Hash.All(char.IsAsciiHexDigitLower))
            throw new RunRecordException($"{path}: '{profile.Comparison.Hash}' is no hash of a comparison key");
        foreach (var noise in profile.Metrics)
        {
            if (noise.Sessions < NoiseCalibration.LeastSessions)
                throw new RunRecordException($"{path}: {noise.Metric} {noise.Label} was calibrated in {noise.Sessions} sessions; it takes {NoiseCalibration.LeastSessions}");
            foreach (var value in new[] { noise.Between, noise.BetweenNormalised, noise.Within, noise.WithinMax })
                Measured(value, $"{noise.Metric} {noise.Label}", path);
        }

        var usual = profile.Conditions;
        foreach (var value in new[] { usual.StolenCoresP95, usual.OtherCoresP95, usual.Frequency, usual.ClockErrorP95 })
            Measured(value, "conditions", path);
    }

    private static void Measured(double? value, string what, string path)
    {
        if (value is { } number && !(double.IsFinite(number) && number >= 0))
            throw new RunRecordException($"{path}: {what}: {number} is neither zero nor a positive, finite number");
    }
}
