using System.Globalization;
using System.Text;
using Lab.Reports.Metrics;

namespace Lab.Reports.Html;

/// <summary>
/// Where a metric stands in a page: "metric-disk.iops:iops,workload=randread". Made from the metric's identity alone, so that a link
/// into today's report fits tomorrow's, and two metrics never share one.
/// </summary>
public static class MetricAnchor
{
    public static string Of(MetricReport metric) => Of(metric.Metric, metric.Unit, metric.Label);

    /// <param name="label">As <see cref="MetricReport.Label"/> writes dimensions.</param>
    public static string Of(string metric, string unit, string label)
    {
        var text = new StringBuilder("metric-").Append(Encode(metric, "")).Append(':').Append(Encode(unit, ""));
        if (label.Length > 0)
            text.Append(',').Append(Encode(label.Replace(", ", ",", StringComparison.Ordinal), ",="));
        return text.ToString();
    }

    // An id has no spaces (HTML §3.2.6), and a fragment is best without characters that a browser would escape (RFC 3986 §3.5).
    private static string Encode(string value, string allowed)
    {
        var text = new StringBuilder(value.Length);
        foreach (var part in Encoding.UTF8.GetBytes(value))
        {
            var character = (char)part;
            if (char.IsAsciiLetterOrDigit(character) || "._-".Contains(character, StringComparison.Ordinal) || allowed.Contains(character, StringComparison.Ordinal))
                text.Append(character);
            else
                text.Append('~').Append(part.ToString("x2", CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }
}
