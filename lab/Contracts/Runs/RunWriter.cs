using System.Globalization;
using System.Text.Json;

namespace Lab.Contracts.Runs;

/// <summary>
/// Writes a run directory: run.json at the start and again when the run ends, the .jsonl files line by line. Thread-safe.
/// A run whose writer was disposed of, or killed, without <see cref="Complete"/> keeps no end time.
/// </summary>
public sealed class RunWriter : IRunRecorder, IDisposable
{
    private readonly TimeProvider _time;
    private readonly JsonLineFile<Sample> _samples;
    private readonly JsonLineFile<SpanEvent> _events;
    private readonly JsonLineFile<ScenarioResult> _results;

    private RunWriter(string directory, RunInfo info, TimeProvider time)
    {
        _time = time;
        Directory = directory;
        Info = info;
        WriteInfo();
        _samples = new(Path.Combine(directory, RunFiles.Samples), RunJson.Sample);
        _events = new(Path.Combine(directory, RunFiles.Events), RunJson.Event);
        _results = new(Path.Combine(directory, RunFiles.Results), RunJson.Result);
    }

    /// <summary>Full path of the run directory.</summary>
    public string Directory { get; }

    public RunInfo Info { get; private set; }

    public string LogsDirectory => Path.Combine(Directory, RunFiles.Logs);

    public string CapturesDirectory => Path.Combine(Directory, RunFiles.Captures);

    /// <summary>Makes runs/&lt;utc&gt;-&lt;suite&gt;-&lt;short id&gt;/ and starts the record.</summary>
    /// <exception cref="RunRecordException">The description breaks the schema; nothing was made.</exception>
    public static RunWriter Create(string runsDirectory, RunDescription description, TimeProvider time)
    {
        var started = time.GetUtcNow();
        var shortId = Guid.NewGuid().ToString("N")[..6];
        var id = string.Create(CultureInfo.InvariantCulture, $"{started:yyyyMMdd'T'HHmmss'Z'}-{description.Suite}-{shortId}");
        var info = new RunInfo
        {
            SchemaVersion = RunInfo.CurrentSchemaVersion,
            Id = id,
            Suite = description.Suite,
            SuiteVersion = description.SuiteVersion,
            StartedAt = started,
            Parameters = description.Parameters,
            Testbed = description.Testbed,
            Environment = description.Environment,
            SystemUnderTest = description.SystemUnderTest,
            Images = description.Images,
            Labels = description.Labels,
        };
        RunValidator.Check(info);
        info = info with { Comparison = ComparisonKey.Of(info) };

        var directory = Path.GetFullPath(Path.Combine(runsDirectory, id));
        System.IO.Directory.CreateDirectory(Path.Combine(directory, RunFiles.Logs));
        System.IO.Directory.CreateDirectory(Path.Combine(directory, RunFiles.Captures));
        return new RunWriter(directory, info, time);
    }

    public void Add(Sample sample)
    {
        RunValidator.Check(sample);
        _samples.Append(sample);
    }

    public void Add(SpanEvent span)
    {
        RunValidator.Check(span);
        _events.Append(span);
    }

    public void Add(ScenarioResult result)
    {
        // A verdict must not be lost because its reason is a long stack trace.
        if (result.Reason is { Length: > RunLimits.ReasonLength } reason)
            result = result with { Reason = reason[..(RunLimits.ReasonLength - 1)] + "…" };
        RunValidator.Check(result);
        _results.Append(result);
    }

    /// <summary>Records that the run went to its end. Verdicts do not matter here; a run that was broken off is not completed.</summary>
    public void Complete()
    {
        Info = Info with { EndedAt = _time.GetUtcNow() };
        WriteInfo();
    }

    public void Dispose()
    {
        _samples.Dispose();
        _events.Dispose();
        _results.Dispose();
    }

    // Renamed into place: a reader sees the old file or the new one.
    private void WriteInfo()
    {
        var path = Path.Combine(Directory, RunFiles.Info);
        File.WriteAllText(path + ".new", JsonSerializer.Serialize(Info, RunJson.Info) + "\n");
        File.Move(path + ".new", path, overwrite: true);
    }
}
