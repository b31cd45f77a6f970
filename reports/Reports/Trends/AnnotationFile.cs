using System.Globalization;
using Lab.Yaml;

namespace Lab.Reports.Trends;

/// <summary>
/// The file of annotations:
/// <code>
/// annotations:
///   - {date: 2026-03-01, text: kernel upgrade, metrics: "boot.*"}
/// </code>
/// Without <c>metrics</c> an annotation concerns every metric.
/// </summary>
public static class AnnotationFile
{
    public const string Every = "*";

    /// <exception cref="YamlFileException">The file cannot be used; the message has every error with its line.</exception>
    public static IReadOnlyList<Annotation> Load(string path) => Parse(YamlFile.Load(path), path);

    /// <inheritdoc cref="Load"/>
    public static IReadOnlyList<Annotation> Parse(string text, string path) =>
        YamlFile.Parse(text, path, root => root.List("annotations").Select(Read).ToList());

    private static Annotation Read(YamlCursor entry)
    {
        var date = default(DateOnly);
        entry.Text("date", text => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date)
            ? null
            : $"'{text}' is no date like 2026-03-01");
        var annotation = new Annotation(date, entry.Text("text"), entry.Text("metrics", fallback: Every));
        entry.RefuseUnknown();
        return annotation;
    }
}
