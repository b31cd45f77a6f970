using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>
/// The $filter grammar: <c>or</c> of <c>and</c> of <c>not</c>, parentheses or <c>Path op literal</c>. Nesting is bounded, as the text
/// comes from anyone.
/// </summary>
internal ref struct FilterParser
{
    internal const int LengthMax = 2048;
    private const int DepthMax = 32;
    private static readonly string[] Operators = ["eq", "ne", "gt", "ge", "lt", "le"];

    private readonly ReadOnlySpan<char> text;
    private int at;
    private int depth;

    private FilterParser(ReadOnlySpan<char> text) => this.text = text;

    internal static bool TryParse(string text, [NotNullWhen(true)] out FilterExpression? filter)
    {
        filter = null;
        if (text.Length > LengthMax)
            return false;
        var parser = new FilterParser(text);
        filter = parser.Or();
        parser.SkipSpaces();
        if (parser.at != text.Length)
            filter = null;
        return filter is not null;
    }

    private FilterExpression? Or()
    {
        var left = And();
        while (left is not null && TryWord("or"))
            left = And() is { } right ? new FilterOr(left, right) : null;
        return left;
    }

    private FilterExpression? And()
    {
        var left = Term();
        while (left is not null && TryWord("and"))
            left = Term() is { } right ? new FilterAnd(left, right) : null;
        return left;
    }

    private FilterExpression? Term()
    {
        if (++depth > DepthMax)
            return null;
        FilterExpression? term;
        if (TryWord("not"))
        {
            term = Term() is { } inner ? new FilterNot(inner) : null;
        }
        else if (TryChar('('))
        {
            term = Or();
            if (!TryChar(')'))
                term = null;
        }
        else
        {
            term = Comparison();
        }
        depth--;
        return term;
    }

    private FilterComparison? Comparison()
    {
        var path = Word();
        if (path.Length == 0 || !(char.IsAsciiLetter(path[0]) || path[0] == '@'))
            return null;
        var comparison = Word();
        return Operators.Contains(comparison) && TryLiteral(out var value) ? new FilterComparison(path.Split('/'), comparison, value) : null;
    }

    private bool TryLiteral(out object? value)
    {
        SkipSpaces();
        value = null;
        if (at < text.Length && text[at] is '\'' or '"')
            return TryString(text[at], out value);
        var word = Word();
        if (word is "null")
            return true;
        if (word is "true" or "false")
            value = word == "true";
        else if (double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            value = number;
        return value is not null;
    }

    // A quote inside is written twice.
    private bool TryString(char quote, out object? value)
    {
        var result = new StringBuilder();
        value = null;
        for (at++; at < text.Length; at++)
        {
            if (text[at] != quote)
            {
                result.Append(text[at]);
                continue;
            }
            at++;
            if (at == text.Length || text[at] != quote)
            {
                value = result.ToString();
                return true;
            }
            result.Append(quote);
        }
        return false;
    }

    private string Word()
    {
        SkipSpaces();
        var start = at;
        while (at < text.Length && text[at] is not (' ' or '(' or ')' or '\'' or '"'))
            at++;
        return text[start..at].ToString();
    }

    private bool TryWord(string word)
    {
        var before = at;
        if (Word() == word)
            return true;
        at = before;
        return false;
    }

    private bool TryChar(char wanted)
    {
        SkipSpaces();
        if (at >= text.Length || text[at] != wanted)
            return false;
        at++;
        return true;
    }

    private void SkipSpaces()
    {
        while (at < text.Length && text[at] == ' ')
            at++;
    }
}
