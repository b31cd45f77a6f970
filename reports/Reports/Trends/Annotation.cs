using System.IO.Enumeration;

namespace Lab.Reports.Trends;

/// <summary>Something people know about a night: it explains steps of the metrics it names.</summary>
/// <param name="Metrics">Pattern of metrics' names, with * and ?.</param>
public sealed record Annotation(DateOnly Date, string Text, string Metrics)
{
    public bool Concerns(string metric) => FileSystemName.MatchesSimpleExpression(Metrics, metric, ignoreCase: false);
}
