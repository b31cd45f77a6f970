namespace Lab.Yaml;

/// <summary>A YAML file that cannot be used, with everything that is wrong with it: one "path:line: message" per line.</summary>
public sealed class YamlFileException(string path, IReadOnlyList<YamlError> errors)
    : Exception(string.Join(Environment.NewLine, errors.Select(e => $"{path}:{e.Line}: {e.Message}")))
{
    public IReadOnlyList<YamlError> Errors => errors;
}

/// <param name="Line">Line in the file, from 1.</param>
public sealed record YamlError(long Line, string Message);
