using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lab.Harness.Recording;

/// <summary>One line of what a suite's process tells the one who started it: where the record is, what is being raised, what a scenario came to.</summary>
public sealed record RunProgress
{
    /// <summary>Environment variable with the file that lines are appended to.</summary>
    public const string FileVariable = "LAB_PROGRESS_FILE";

    public string? RunDirectory { get; init; }
    public string? Step { get; init; }
    public string? Scenario { get; init; }

    /// <summary>Null while it runs.</summary>
    public string? Verdict { get; init; }
    public string? Reason { get; init; }
    public double? Seconds { get; init; }

    public static void Append(RunProgress line)
    {
        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } file)
            File.AppendAllText(file, JsonSerializer.Serialize(line, RunProgressJson.Default.RunProgress) + "\n");
    }

    public static RunProgress? Parse(string line) => JsonSerializer.Deserialize(line, RunProgressJson.Default.RunProgress);
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RunProgress))]
internal sealed partial class RunProgressJson : JsonSerializerContext;
