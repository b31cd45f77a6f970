using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Lab.Contracts.Runs;

/// <summary>Reads run directories, strictly: what the schema does not allow is an error that names file and line.</summary>
public static class RunReader
{
    /// <exception cref="RunRecordException">
    /// The directory holds no run, a run of another schema version, or a damaged one. Messages of lines start with "file:line: ".
    /// </exception>
    public static RunRecord Read(string directory)
    {
        directory = Path.GetFullPath(directory);
        return new RunRecord(
            directory,
            ReadInfo(directory),
            ReadLines(Path.Combine(directory, RunFiles.Samples), RunJson.Sample, RunValidator.Check),
            ReadLines(Path.Combine(directory, RunFiles.Events), RunJson.Event, RunValidator.Check),
            ReadResults(directory));
    }

    /// <summary>results.jsonl alone.</summary>
    public static IReadOnlyList<ScenarioResult> ReadResults(string directory) =>
        ReadLines(Path.Combine(directory, RunFiles.Results), RunJson.Result, RunValidator.Check);

    /// <summary>run.json alone.</summary>
    public static RunInfo ReadInfo(string directory)
    {
        var path = Path.Combine(directory, RunFiles.Info);
        if (!File.Exists(path))
            throw new RunRecordException($"{directory} is not a run directory: it has no {RunFiles.Info}");
        if (new FileInfo(path).Length > RunLimits.LineLength)
            throw new RunRecordException($"{path} is larger than {RunLimits.LineLength} bytes");
        var text = File.ReadAllText(path);
        CheckVersion(path, text);
        return Parse(path, 1, text, RunJson.Info, RunValidator.Check);
    }

    // Before anything else: a record of another version may differ anywhere.
    private static void CheckVersion(string path, string text)
    {
        int version;
        try
        {
            using var document = JsonDocument.Parse(text);
            version = document.RootElement.GetProperty("schemaVersion").GetInt32();
        }
        catch (JsonException error)
        {
            throw new RunRecordException($"{path}:{1 + (error.LineNumber ?? 0)}: {Text(error)}", error);
        }
        catch (Exception error) when (error is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new RunRecordException($"{path}:1: schemaVersion is missing or not a whole number", error);
        }

        if (version is < RunInfo.OldestSchemaVersion or > RunInfo.CurrentSchemaVersion)
            throw new RunRecordException(
                $"{path} has schema version {version}, which is {(version > RunInfo.CurrentSchemaVersion ? "newer" : "older")} than "
                + $"the versions {RunInfo.OldestSchemaVersion} to {RunInfo.CurrentSchemaVersion} this program reads");
    }

    private static List<T> ReadLines<T>(string path, JsonTypeInfo<T> type, Action<T> check)
    {
        var records = new List<T>();
        if (!File.Exists(path))
            return records;

        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (number > RunLimits.LinesPerFile)
                throw new RunRecordException($"{path}:{number}: more than {RunLimits.LinesPerFile} lines");
            if (line.Length > RunLimits.LineLength)
                throw new RunRecordException($"{path}:{number}: longer than {RunLimits.LineLength} characters");
            records.Add(Parse(path, number, line, type, check));
        }

        return records;
    }

    private static T Parse<T>(string path, int line, string text, JsonTypeInfo<T> type, Action<T> check)
    {
        try
        {
            var record = JsonSerializer.Deserialize(text, type) ?? throw new RunRecordException("null is not a record");
            check(record);
            return record;
        }
        catch (JsonException error)
        {
            throw new RunRecordException($"{path}:{line + (error.LineNumber ?? 0)}: {Text(error)}", error);
        }
        catch (RunRecordException error)
        {
            throw new RunRecordException($"{path}:{line}: {error.Message}", error);
        }
    }

    // The parser's own line number counts from the start of the one line it was given.
    private static string Text(JsonException error)
    {
        var end = error.Message.IndexOf("LineNumber:", StringComparison.Ordinal);
        return end < 0 ? error.Message : error.Message[..end].TrimEnd(' ', '|');
    }
}
