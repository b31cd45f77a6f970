using Lab.Contracts.Runs;

namespace Lab.Reports.Serve;

/// <summary>How far one run that goes on was told.</summary>
internal sealed class FollowedRun(string directory)
{
    private readonly string id = Path.GetFileName(directory);
    private int results;
    private int samples;
    private bool told;

    public bool Ended { get; private set; }

    /// <summary>run.json, or null while it cannot be read.</summary>
    public static RunInfo? Info(string directory)
    {
        try
        {
            return RunReader.ReadInfo(directory);
        }
        catch (Exception error) when (error is RunRecordException or IOException)
        {
            return null;
        }
    }

    /// <summary>What came since the last call, in order.</summary>
    public IEnumerable<(string Kind, LiveEvent Event)> News(bool isOver)
    {
        if (!told && Info(directory) is { } info)
        {
            told = true;
            yield return ("run", new LiveEvent { Run = id, Suite = info.Suite, StartedAt = info.StartedAt });
        }

        foreach (var result in NewResults())
        {
            yield return ("result", new LiveEvent
            {
                Run = id, Scenario = result.Scenario, Verdict = Verdicts.Name(result.Verdict), Reason = result.Reason, Seconds = result.Duration,
            });
        }

        var count = Lines(RunFiles.Samples);
        if (count != samples)
        {
            samples = count;
            yield return ("samples", new LiveEvent { Run = id, Samples = count });
        }

        if (isOver)
        {
            Ended = true;
            yield return ("end", new LiveEvent { Run = id });
        }
    }

    private List<ScenarioResult> NewResults()
    {
        try
        {
            var all = RunReader.ReadResults(directory);
            var news = all.Skip(results).ToList();
            results = all.Count;
            return news;
        }
        catch (Exception error) when (error is RunRecordException or IOException)
        {
            // A line is being written; it is whole the next time.
            return [];
        }
    }

    private int Lines(string name)
    {
        var path = Path.Combine(directory, name);
        try
        {
            return File.Exists(path) ? File.ReadLines(path).Count() : 0;
        }
        catch (IOException)
        {
            return samples;
        }
    }
}
