using Lab.Yaml;

namespace Lab.Reports.Gates;

/// <summary>
/// A thresholds file:
/// <code>
/// gates:
///   - {metric: boot.total, ratio: {max: 1.4}}
///   - {metric: hotplug.seen, where: {device: disk}, median: {max: 250ms}, p95: {max: 400ms}}
///   - {metric: disk.iops, ratio: {min: 0.5}}
///   - {metric: "*", failures: {max: 0}}
///   - {metric: "boot.*", change: {max: 10%}, required: false}
/// </code>
/// </summary>
public static class GateFile
{
    public const int RulesMax = 1000;

    private static readonly (string Key, GateStatistic Statistic)[] Statistics =
    [
        ("median", GateStatistic.Median), ("p95", GateStatistic.P95), ("ratio", GateStatistic.Ratio),
        ("failures", GateStatistic.Failures), ("change", GateStatistic.Change),
    ];

    /// <exception cref="YamlFileException">The file is missing, no YAML, or says what cannot be: everything that is wrong, with lines.</exception>
    public static IReadOnlyList<GateRule> Load(string path) => Parse(YamlFile.Load(path), path);

    /// <inheritdoc cref="Load"/>
    public static IReadOnlyList<GateRule> Parse(string text, string path) => YamlFile.Parse(text, path, Read);

    private static List<GateRule> Read(YamlCursor root)
    {
        var rules = root.List("gates").SelectMany(ReadRule).ToList();
        if (rules.Count > RulesMax)
            root.Error(root.Line, $"more than {RulesMax} limits");
        return rules;
    }

    private static List<GateRule> ReadRule(YamlCursor entry)
    {
        var metric = entry.Text("metric");
        var where = entry.Pairs("where");
        var required = entry.Text("required", text => text is "true" or "false" ? null : "must be true or false", "true") == "true";
        var rules = new List<GateRule>();
        foreach (var (key, statistic) in Statistics)
        {
            if (entry.Mapping(key) is not { } limits)
                continue;
            foreach (var (bound, isLeast) in new[] { ("max", false), ("min", true) })
                if (limits.Has(bound) && ReadLimit(limits, bound, statistic) is { } limit)
                    rules.Add(new GateRule(metric, where, statistic, limit, isLeast, required));
            if (!limits.Has("max") && !limits.Has("min"))
                limits.Error(limits.Line, $"{key} needs max or min");
            if (statistic is GateStatistic.Change && limits.Has("min"))
                limits.Error(limits.LineOf("min"), "change.min: a change is limited by max alone");
            limits.RefuseUnknown();
        }

        entry.RefuseUnknown();
        if (rules.Count == 0 && !Statistics.Any(statistic => entry.Has(statistic.Key)))
            entry.Error(entry.Line, $"limits nothing: give one of {string.Join(", ", Statistics.Select(statistic => statistic.Key))}");
        return rules;
    }

    private static GateLimit? ReadLimit(YamlCursor limits, string bound, GateStatistic statistic)
    {
        GateLimit? limit = null;
        limits.Text(bound, text =>
        {
            limit = GateLimit.Parse(text);
            return limit is null ? $"'{text}' is no number with a unit ({GateLimit.Known})"
                : statistic is GateStatistic.Median or GateStatistic.P95 || limit.Unit is null or "%" ? null
                : $"'{text}': this is a number without a unit";
        });
        return limit;
    }
}
