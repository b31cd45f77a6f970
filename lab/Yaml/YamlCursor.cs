using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Lab.Yaml;

/// <summary>
/// Reads a YAML mapping key by key and notes every error with its line instead of stopping at the first. A missing or wrong
/// value answers a harmless one; the caller throws once all is read.
/// </summary>
public sealed class YamlCursor
{
    private readonly YamlMappingNode? mapping;
    private readonly string path;
    private readonly List<YamlError> errors;
    private readonly HashSet<string> known = [];

    internal YamlCursor(YamlNode node, string path, List<YamlError> errors)
    {
        this.path = path;
        this.errors = errors;
        Line = node.Start.Line;
        mapping = node as YamlMappingNode;
        if (mapping is null)
            Error(Line, $"{(path.Length == 0 ? "the file" : path)} must be a mapping (key: value)");
    }

    public long Line { get; }

    public void Error(long line, string message) => errors.Add(new YamlError(line, message));

    public bool Has(string key) => Find(key) is not null;

    public string Text(string key, Func<string, string?>? problem = null, string? fallback = null)
    {
        if (Find(key) is not { } node)
        {
            if (fallback is null && mapping is not null)
                Error(Line, $"{Name(key)} is missing");
            return fallback ?? "";
        }
        if (node is not YamlScalarNode { Value: { Length: > 0 } value })
        {
            Error(node.Start.Line, $"{Name(key)} must be a text");
            return "";
        }
        if (problem?.Invoke(value) is { } complaint)
            Error(node.Start.Line, $"{Name(key)}: {complaint}");
        return value;
    }

    public T Number<T>(string key, T min, T max, T fallback) where T : struct, System.Numerics.INumber<T>
    {
        if (Find(key) is not { } node)
            return fallback;
        if (node is YamlScalarNode scalar && T.TryParse(scalar.Value, NumberStyles.Number, CultureInfo.InvariantCulture, out var value)
            && value >= min && value <= max)
            return value;
        Error(node.Start.Line, $"{Name(key)} must be a number from {min} to {max}");
        return fallback;
    }

    public YamlCursor? Mapping(string key) =>
        Find(key) is { } node ? new YamlCursor(node, Name(key), errors) : null;

    public IReadOnlyList<YamlCursor> List(string key)
    {
        if (Find(key) is not { } node)
        {
            if (mapping is not null)
                Error(Line, $"{Name(key)} is missing");
            return [];
        }
        if (node is not YamlSequenceNode { Children.Count: > 0 } sequence)
        {
            Error(node.Start.Line, $"{Name(key)} must be a list with at least one entry");
            return [];
        }
        return [.. sequence.Children.Select((child, i) => new YamlCursor(child, $"{Name(key)}[{i}]", errors))];
    }

    /// <summary>Texts of a list; empty, and no error, where the key is not there and need not be.</summary>
    public IReadOnlyList<string> Texts(string key, bool required, Func<string, string?>? problem = null)
    {
        if (Find(key) is not { } node)
        {
            if (required && mapping is not null)
                Error(Line, $"{Name(key)} is missing");
            return [];
        }
        if (node is not YamlSequenceNode { Children.Count: > 0 } sequence)
        {
            Error(node.Start.Line, $"{Name(key)} must be a list with at least one entry");
            return [];
        }
        var texts = new List<string>();
        foreach (var child in sequence.Children)
        {
            if (child is not YamlScalarNode { Value: { Length: > 0 } text })
                Error(child.Start.Line, $"{Name(key)}: each entry must be a text");
            else if (problem?.Invoke(text) is { } complaint)
                Error(child.Start.Line, $"{Name(key)}: {complaint}");
            else
                texts.Add(text);
        }
        return texts;
    }

    /// <summary>A mapping of texts to texts whose keys are free; empty where the key is not there.</summary>
    public IReadOnlyDictionary<string, string> Pairs(string key)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Find(key) is not { } node)
            return pairs;
        if (node is not YamlMappingNode entries)
        {
            Error(node.Start.Line, $"{Name(key)} must be a mapping (key: value)");
            return pairs;
        }
        foreach (var (name, value) in entries.Children)
        {
            if (name is YamlScalarNode { Value: { Length: > 0 } left } && value is YamlScalarNode { Value: { Length: > 0 } right })
                pairs[left] = right;
            else
                Error(name.Start.Line, $"{Name(key)}: each entry must be a text under a text");
        }
        return pairs;
    }

    /// <summary>Notes every key that nothing asked for.</summary>
    public void RefuseUnknown()
    {
        foreach (var key in mapping?.Children.Keys ?? [])
            if (key is not YamlScalarNode { Value: { } name } || !known.Contains(name))
                Error(key.Start.Line, $"{Name((key as YamlScalarNode)?.Value ?? "a key that is no text")} is not known here; known: {string.Join(", ", known.Order(StringComparer.Ordinal))}");
    }

    public long LineOf(string key) => Find(key)?.Start.Line ?? Line;

    /// <summary>The key with the way to it, as messages call it.</summary>
    public string Name(string key) => path.Length == 0 ? key : $"{path}.{key}";

    private YamlNode? Find(string key)
    {
        known.Add(key);
        return mapping is not null && mapping.Children.TryGetValue(new YamlScalarNode(key), out var node) ? node : null;
    }
}
