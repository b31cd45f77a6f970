using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace Lab.Reports.Tests.Html;

/// <summary>A page of ours, parsed as XML: stricter than any browser.</summary>
internal static partial class Page
{
    /// <summary>The elements without the contents of style and script, which are no markup.</summary>
    public static XDocument Parse(string html)
    {
        Assert.StartsWith("<!DOCTYPE html>\n", html, StringComparison.Ordinal);
        var markup = Raw().Replace(html["<!DOCTYPE html>\n".Length..], "$1$3");
        markup = BareAttribute().Replace(Void().Replace(markup, "$1/>"), "$1=\"\"$2");
        try
        {
            return XDocument.Parse(markup);
        }
        catch (XmlException error)
        {
            throw new InvalidOperationException($"the page is not well-formed: {error.Message}: {markup.Split('\n')[error.LineNumber - 1]}", error);
        }
    }

    [GeneratedRegex("(<(style|script)[^>]*>).*?(</\\2>)", RegexOptions.Singleline)]
    private static partial Regex Raw();

    // Elements that HTML §13.1.2 never closes.
    [GeneratedRegex("(<(?:meta|link|br|hr|img|input)\\b[^>]*?) ?/?>")]
    private static partial Regex Void();

    // The renderer writes true attributes without a value.
    [GeneratedRegex("(<details[^>]* open)(>)")]
    private static partial Regex BareAttribute();
}
