using System.Globalization;
using Lab.Reports.Qualification.Profiles;
using Lab.Yaml;

namespace Lab.Reports.Qualification;

/// <summary>Reads the deviations granted to a device, and says everything that is wrong with the file at once.</summary>
public static class DeviationsFile
{
    private const string DayFormat = "yyyy-MM-dd";

    /// <exception cref="YamlFileException">The file is missing, or says what cannot be: a requirement the profile does not have, for example.</exception>
    public static IReadOnlyList<Deviation> Load(string path, QualificationProfile profile) => Parse(YamlFile.Load(path), path, profile);

    /// <inheritdoc cref="Load"/>
    public static IReadOnlyList<Deviation> Parse(string text, string path, QualificationProfile profile) =>
        YamlFile.Parse(text, path, root => Read(root, profile));

    private static List<Deviation> Read(YamlCursor root, QualificationProfile profile)
    {
        root.Text("profile", id => id == profile.Id ? null : $"these deviations were granted for {id}, not for {profile.Id}");
        var known = profile.Requirements.Select(requirement => requirement.Id).ToHashSet();
        var lines = new Dictionary<string, long>(StringComparer.Ordinal);
        var deviations = new List<Deviation>();
        foreach (var entry in root.List("deviations"))
        {
            var deviation = new Deviation(
                entry.Text("requirement", id => known.Contains(id) ? null : $"{profile.Id} has no requirement {id}"),
                entry.Text("justification"),
                entry.Text("granted_by"),
                Day(entry.Text("until", day => TryDay(day, out _) ? null : $"'{day}' is not a day, such as 2026-12-31")));
            entry.RefuseUnknown();
            if (!lines.TryAdd(deviation.Requirement, entry.LineOf("requirement")))
                entry.Error(entry.LineOf("requirement"), $"{deviation.Requirement} has a deviation already, in line {lines[deviation.Requirement]}");
            deviations.Add(deviation);
        }
        return deviations;
    }

    private static DateOnly Day(string text) => TryDay(text, out var day) ? day : default;

    private static bool TryDay(string text, out DateOnly day) =>
        DateOnly.TryParseExact(text, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
}
