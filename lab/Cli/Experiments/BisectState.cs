using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lab.Cli.Experiments;

/// <summary>How far a search came. It is taken up by a search for the same thing, and removed when done.</summary>
/// <param name="Question">All that decides the answer: what is judged, how, by how many sessions.</param>
internal sealed record BisectState(string Good, string Bad, string Question, IReadOnlyList<CommitVerdict> Verdicts)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    public static string PathIn(string runsDirectory, string good, string bad) =>
        Path.Combine(runsDirectory, $"{GitRepository.Short(good)}-{GitRepository.Short(bad)}.bisect.json");

    /// <returns>With no verdicts when there is no file, or one that answers another question.</returns>
    /// <exception cref="UsageException">The file is damaged.</exception>
    public static BisectState LoadOrNew(string path, string good, string bad, string question)
    {
        var fresh = new BisectState(good, bad, question, []);
        if (!File.Exists(path))
            return fresh;
        try
        {
            var found = JsonSerializer.Deserialize<BisectState>(File.ReadAllText(path), Options);
            return found is not null && found.Good == good && found.Bad == bad && found.Question == question ? found : fresh;
        }
        catch (JsonException e)
        {
            throw new UsageException($"{path} is damaged ({e.Message}); remove it to search from the beginning");
        }
    }

    public void Save(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllText(path + ".new", JsonSerializer.Serialize(this, Options));
        File.Move(path + ".new", path, overwrite: true);
    }
}
