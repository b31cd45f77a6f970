using System.Globalization;
using System.Text;
using System.Xml;
using Lab.Contracts.Runs;

namespace Lab.Reports.Outputs;

/// <summary>junit.xml as Jenkins' and GitLab's readers take it: a failed scenario is a failure, a broken lab an error.</summary>
public static class JUnitOutput
{
    public static string Render(RunSummary summary)
    {
        var text = new StringBuilder();
        using (var xml = XmlWriter.Create(new Utf8StringWriter(text), new XmlWriterSettings { Indent = true, NewLineChars = "\n" }))
            Write(xml, summary);
        return text.Append('\n').ToString();
    }

    private static void Write(XmlWriter xml, RunSummary summary)
    {
        xml.WriteStartElement("testsuites");
        xml.WriteAttributeString("name", summary.Run.Id);
        Totals(xml, summary.Results);
        foreach (var suite in summary.Results.GroupBy(result => result.Suite))
        {
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString("name", Clean(suite.Key));
            xml.WriteAttributeString("timestamp", summary.Run.StartedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));
            xml.WriteAttributeString("hostname", Clean(summary.Run.Environment.Machine));
            Totals(xml, [.. suite]);
            foreach (var result in suite)
                Case(xml, result);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void Totals(XmlWriter xml, IReadOnlyCollection<ScenarioResult> results)
    {
        string Count(Verdict verdict) => results.Count(result => result.Verdict == verdict).ToString(CultureInfo.InvariantCulture);
        xml.WriteAttributeString("tests", results.Count.ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("failures", Count(Verdict.Fail));
        xml.WriteAttributeString("errors", Count(Verdict.Error));
        xml.WriteAttributeString("skipped", Count(Verdict.Skip));
        xml.WriteAttributeString("time", Seconds(results.Sum(result => result.Duration)));
    }

    private static void Case(XmlWriter xml, ScenarioResult result)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", Clean(result.Suite));
        xml.WriteAttributeString("name", Clean(result.Scenario));
        xml.WriteAttributeString("time", Seconds(result.Duration));
        var element = result.Verdict switch
        {
            Verdict.Fail => "failure",
            Verdict.Error => "error",
            Verdict.Skip => "skipped",
            _ => null,
        };
        if (element is not null)
        {
            var reason = Clean(result.Reason ?? "no reason was given");
            xml.WriteStartElement(element);
            xml.WriteAttributeString("message", reason.Split('\n')[0]);
            if (element != "skipped")
                xml.WriteString(reason);
            xml.WriteEndElement();
        }

        if (result.Evidence.Count > 0)
            xml.WriteElementString("system-out", string.Join('\n', result.Evidence.Select(file => $"evidence: {Clean(file)}")));
        xml.WriteEndElement();
    }

    private static string Seconds(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    // Reasons quote serial consoles, which send characters XML 1.0 §2.2 has no place for.
    private static string Clean(string text) =>
        string.Concat(text.EnumerateRunes().Select(rune =>
            rune.Value > 0xFFFF || XmlConvert.IsXmlChar((char)rune.Value) ? rune.ToString() : "\uFFFD"));

    private sealed class Utf8StringWriter(StringBuilder text) : StringWriter(text, CultureInfo.InvariantCulture)
    {
        public override Encoding Encoding => Encoding.UTF8;
    }
}
