using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Lab.Contracts.Runs;
using Lab.Reports.Qualification.Evaluation;
using Lab.Yaml;

namespace Lab.Reports.Qualification.Profiles;

/// <summary>Reads a profile and says everything that is wrong with it at once.</summary>
public static partial class ProfileFile
{
    private static readonly string[] LimitKeys = ["at_most", "at_least", "ratio_at_most", "ratio_at_least"];

    /// <param name="nameOrPath">Id of a shipped profile, or path of a file.</param>
    /// <exception cref="YamlFileException">There is no such profile, or it says what cannot be.</exception>
    public static QualificationProfile Load(string nameOrPath)
    {
        if (ShippedProfiles.Find(nameOrPath) is { } shipped)
            return Parse(shipped, nameOrPath);
        if (!File.Exists(nameOrPath))
            throw new YamlFileException(nameOrPath, [new YamlError(1, $"no such file, nor a profile of that name; shipped: {string.Join(", ", ShippedProfiles.Ids)}")]);
        return Parse(YamlFile.Load(nameOrPath), nameOrPath);
    }

    /// <exception cref="YamlFileException">The text is no profile.</exception>
    public static QualificationProfile Parse(string text, string path) => YamlFile.Parse(text, path, root => Read(root, text));

    private static QualificationProfile Read(YamlCursor root, string text)
    {
        var entries = root.List("requirements");
        var profile = new QualificationProfile(
            root.Text("name", NameProblem),
            root.Text("version", VersionProblem),
            root.Text("title"),
            root.Text("about", fallback: ""),
            root.Text("suite"),
            root.Number("sessions", 1, ProfileLimits.SessionsMax, 1),
            [.. entries.Take(ProfileLimits.RequirementsMax).Select(ReadRequirement)],
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
        if (entries.Count > ProfileLimits.RequirementsMax)
            root.Error(root.LineOf("requirements"), $"{entries.Count} requirements; at most {ProfileLimits.RequirementsMax}");
        RefuseTwice(profile.Requirements, entries);
        return profile;
    }

    private static void RefuseTwice(IReadOnlyList<Requirement> requirements, IReadOnlyList<YamlCursor> entries)
    {
        var lines = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (requirement, entry) in requirements.Zip(entries))
            if (requirement.Id.Length > 0 && !lines.TryAdd(requirement.Id, entry.LineOf("id")))
                entry.Error(entry.LineOf("id"), $"requirement {requirement.Id} is there already, in line {lines[requirement.Id]}");
    }

    private static Requirement ReadRequirement(YamlCursor entry)
    {
        var requirement = new Requirement(
            entry.Text("id", IdProblem),
            entry.Text("group"),
            entry.Text("title"),
            ReadLevel(entry.Text("level", LevelProblem)),
            entry.Texts("source", required: true),
            ReadCriterion(entry));
        entry.RefuseUnknown();
        return requirement;
    }

    private static Criterion ReadCriterion(YamlCursor entry)
    {
        var scenario = entry.Text("scenario");
        var (hasMetric, hasChecks) = (entry.Has("metric"), entry.Has("checks"));
        if (hasMetric && hasChecks)
            entry.Error(entry.LineOf("metric"), "a requirement is decided by checks or by a metric; make two of it");
        if (hasMetric)
            return ReadMetric(entry, scenario);
        return hasChecks
            ? new Criterion.Checks(scenario, entry.Texts("checks", required: true), entry.Texts("controls", required: false))
            : new Criterion.Passes(scenario);
    }

    private static Criterion.Metric ReadMetric(YamlCursor entry, string scenario)
    {
        var (name, dimensions) = (entry.Text("metric", MetricProblem), entry.Pairs("dimensions"));
        var statistic = ReadStatistic(entry.Text("statistic", StatisticProblem, Statistic.Median.Name));
        double? confidence = entry.Has("confidence")
            ? entry.Number("confidence", ProfileLimits.ConfidenceMin, ProfileLimits.ConfidenceMax, ProfileLimits.ConfidenceMin)
            : null;
        var replicate = entry.Text("replicates", ReplicateProblem, "iterations") == "sessions" ? Replicate.Session : Replicate.Iteration;
        var metric = new Criterion.Metric(
            scenario, name, dimensions, statistic, confidence, replicate, entry.Number("samples", 1, ProfileLimits.SamplesMax, 1), ReadLimit(entry));
        CheckWhole(entry, metric);
        return metric;
    }

    private static Limit ReadLimit(YamlCursor entry)
    {
        if (entry.Mapping("limit") is not { } limit)
        {
            entry.Error(entry.Line, $"{entry.Name("limit")} is missing: a metric needs one");
            return new Limit(LimitSide.AtMost, 0, null);
        }
        string[] given = [.. LimitKeys.Where(limit.Has)];
        limit.RefuseUnknown();
        if (given is not [var key])
        {
            limit.Error(limit.Line, $"{entry.Name("limit")} needs exactly one of at_most, at_least (such as 0.5 s), ratio_at_most, ratio_at_least (to the baseline, such as 1.4)");
            return new Limit(LimitSide.AtMost, 0, null);
        }
        var ratio = key.StartsWith("ratio", StringComparison.Ordinal);
        var text = limit.Text(key, value => TryReadQuantity(value, ratio, out _, out _) ? null : ratio
            ? "must be a positive number"
            : $"must be a number and a unit, such as 0.5 s; units: {string.Join(", ", Units.All.Order(StringComparer.Ordinal))}");
        TryReadQuantity(text, ratio, out var number, out var unit);
        return new Limit(key.EndsWith("at_most", StringComparison.Ordinal) ? LimitSide.AtMost : LimitSide.AtLeast, number, unit);
    }

    private static bool TryReadQuantity(string text, bool ratio, out double number, out string? unit)
    {
        var parts = text.Split(' ');
        unit = ratio ? null : parts[^1];
        return double.TryParse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out number)
            && double.IsFinite(number)
            && (ratio ? parts.Length == 1 && number > 0 : parts.Length == 2 && Units.All.Contains(unit!));
    }

    // A bound that the least allowed number of samples cannot give would leave the requirement untested, whatever is measured.
    private static void CheckWhole(YamlCursor entry, Criterion.Metric metric)
    {
        // The ratio of a session's two series is judged by the shift between them; that of sessions is a series like another.
        var shift = metric is { Limit.IsRatio: true, Replicate: Replicate.Iteration };
        if (shift && metric.Statistic != Statistic.Median)
            entry.Error(entry.LineOf("statistic"), $"{entry.Name("statistic")}: a ratio to the baseline of a session is one of medians; give the limit a unit, or replicates: sessions");
        if (metric.Confidence is not { } confidence)
            return;
        var least = shift ? ShiftBound.LeastSamples(confidence) : QuantileBound.LeastSamples(metric.Statistic.Quantile, metric.Limit.Side, confidence);
        if (metric.Samples < least)
            entry.Error(entry.LineOf("samples"), $"{entry.Name("samples")}: a bound of the {metric.Statistic.Name} with confidence {confidence.ToString(CultureInfo.InvariantCulture)} needs at least {least}");
    }

    private static RequirementLevel ReadLevel(string text) => text switch
    {
        "SHOULD" => RequirementLevel.Should,
        "MAY" => RequirementLevel.May,
        _ => RequirementLevel.Must,
    };

    private static Statistic ReadStatistic(string text) =>
        StatisticPattern().IsMatch(text) ? new(double.Parse(text.AsSpan(1), CultureInfo.InvariantCulture) / 100) : Statistic.Median;

    private static string? LevelProblem(string text) => text is "MUST" or "SHOULD" or "MAY" ? null : $"'{text}' is not MUST, SHOULD or MAY (RFC 2119)";

    private static string? ReplicateProblem(string text) => text is "iterations" or "sessions" ? null : $"'{text}' is not iterations or sessions";

    private static string? StatisticProblem(string text) =>
        text == Statistic.Median.Name || StatisticPattern().IsMatch(text) ? null : $"'{text}' is not median or a percentile, such as p95";

    private static string? MetricProblem(string text) => MetricPattern().IsMatch(text) ? null : $"'{text}' is no metric's name, such as {MetricNames.BootTotal}";

    private static string? NameProblem(string text) => NamePattern().IsMatch(text) ? null : $"'{text}' must be lower case letters, digits and dashes";

    private static string? VersionProblem(string text) => VersionPattern().IsMatch(text) ? null : $"'{text}' must be a version, such as \"1.0\"";

    private static string? IdProblem(string text) => IdPattern().IsMatch(text) ? null : $"'{text}' must be upper case letters, digits and dashes, such as BOOT-1";

    [GeneratedRegex("^p[1-9][0-9]?$")]
    private static partial Regex StatisticPattern();

    [GeneratedRegex(RunLimits.NamePattern)]
    private static partial Regex MetricPattern();

    [GeneratedRegex("^[a-z][a-z0-9-]{0,62}$")]
    private static partial Regex NamePattern();

    [GeneratedRegex("^[0-9]{1,4}(\\.[0-9]{1,4}){0,2}$")]
    private static partial Regex VersionPattern();

    [GeneratedRegex("^[A-Z][A-Z0-9-]{0,30}$")]
    private static partial Regex IdPattern();
}
