using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Lab.Manager.Configuration;

/// <summary>Fields of a YAML mapping; what is wrong goes to the list of errors with its line, and reading goes on.</summary>
internal sealed class YamlFields(YamlMappingNode node, string what, List<BootstrapError> errors)
{
    private const int TextLengthMax = 255;

    public void RefuseUnknown(params ReadOnlySpan<string> known)
    {
        foreach (var key in node.Children.Keys)
            if (key is not YamlScalarNode { Value: { } name } || !known.Contains(name))
                Refuse(key, $"unknown field '{key}' in {what} (known: {string.Join(", ", known.ToArray())})");
    }

    public string? RequiredText(string key, bool show = true)
    {
        if (Find(key) is null)
        {
            Refuse(node, $"'{key}' is missing in {what}");
            return null;
        }
        return Text(key, show);
    }

    /// <param name="show">False for what must not appear in a message.</param>
    public string? Text(string key, bool show = true)
    {
        if (Find(key) is not { } value)
            return null;
        if (value is not YamlScalarNode { Value: { Length: > 0 } text })
            Refuse(value, $"'{key}' must be a text");
        else if (text.Length > TextLengthMax)
            Refuse(value, $"'{key}' is longer than {TextLengthMax} characters");
        else if (text.Any(char.IsControl))
            Refuse(value, show ? $"'{key}' holds control characters" : $"'{key}' is malformed");
        else
            return text;
        return null;
    }

    public int? Integer(string key, int min, int max)
    {
        if (Find(key) is not { } value)
            return null;
        if (value is YamlScalarNode { Value: { } text }
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
            return number;
        Refuse(value, $"'{key}' must be a whole number from {min} to {max}");
        return null;
    }

    public IReadOnlyList<YamlFields> Items(string key, int countMax)
    {
        if (Find(key) is null)
            return [];
        var items = new List<YamlFields>();
        foreach (var item in Sequence(key, countMax))
            if (item is YamlMappingNode mapping)
                items.Add(new YamlFields(mapping, $"{key}[{items.Count}]", errors));
            else
                Refuse(item, $"each item of '{key}' must be a mapping");
        return items;
    }

    public void Refuse(string key, string message) => Refuse(Find(key) ?? node, message);

    private void Refuse(YamlNode at, string message) => errors.Add(new BootstrapError((int)at.Start.Line, message));

    private IEnumerable<YamlNode> Sequence(string key, int countMax)
    {
        if (Find(key) is not YamlSequenceNode sequence)
        {
            Refuse(key, $"'{key}' must be a list");
            return [];
        }
        if (sequence.Children.Count > countMax)
            Refuse(key, $"'{key}' has more than {countMax} items");
        return sequence.Children.Take(countMax);
    }

    private YamlNode? Find(string key) => node.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;
}
