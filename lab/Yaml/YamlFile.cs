using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Lab.Yaml;

/// <summary>Reads a YAML file of one mapping and says everything that is wrong with it at once.</summary>
public static class YamlFile
{
    public const int BytesMax = 256 * 1024;

    /// <summary>Levels of lists and mappings in each other; no format of the lab needs half of them.</summary>
    public const int NestingMax = 16;

    /// <exception cref="YamlFileException">The file is missing or too long.</exception>
    public static string Load(string path)
    {
        if (!File.Exists(path))
            throw new YamlFileException(path, [new YamlError(1, "no such file")]);
        if (new FileInfo(path).Length > BytesMax)
            throw new YamlFileException(path, [new YamlError(1, $"longer than {BytesMax} bytes")]);
        return File.ReadAllText(path);
    }

    /// <param name="path">How messages call the file.</param>
    /// <param name="read">Reads the whole file from its root; unknown keys of the root are refused afterwards.</param>
    /// <exception cref="YamlFileException">The text is no YAML, or something in it was noted as an error.</exception>
    public static T Parse<T>(string text, string path, Func<YamlCursor, T> read)
    {
        var errors = new List<YamlError>();
        if (RootOf(text, errors) is { } node)
        {
            var root = new YamlCursor(node, "", errors);
            var result = read(root);
            root.RefuseUnknown();
            if (errors.Count == 0)
                return result;
        }
        throw new YamlFileException(path, [.. errors.OrderBy(error => error.Line)]);
    }

    private static YamlNode? RootOf(string text, List<YamlError> errors)
    {
        var stream = new YamlStream();
        try
        {
            // Building the tree recurses; the parser does not.
            if (FindTooDeep(text) is { } line)
            {
                errors.Add(new YamlError(line, $"more than {NestingMax} levels in each other"));
                return null;
            }
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            errors.Add(new YamlError(e.Start.Line, "not YAML: " + e.Message));
            return null;
        }
        if (stream.Documents.Count == 1)
            return stream.Documents[0].RootNode;
        errors.Add(new YamlError(1, "must hold one YAML document"));
        return null;
    }

    /// <returns>Line where the text goes deeper than it may; null when it does not.</returns>
    private static long? FindTooDeep(string text)
    {
        var parser = new Parser(new StringReader(text));
        // The stream and the document are levels, too.
        for (var depth = -2; parser.MoveNext();)
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > NestingMax)
                return parser.Current.Start.Line;
        }
        return null;
    }
}
