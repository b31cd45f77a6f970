using Lab.Reports.Comparison;
using Lab.Reports.Outputs;

namespace Lab.Cli.Experiments;

/// <summary>What an experiment came to: the file ID.experiment.json beside its runs.</summary>
internal sealed record ExperimentReport(string Experiment, string Suite, Build A, Build B, ExperimentOutcome Outcome, string? NoiseProfile)
{
    public string PathIn(string runsDirectory) => Path.Combine(runsDirectory, Experiment + ".experiment.json");

    public async Task WriteAsync(string runsDirectory, CancellationToken token)
    {
        var path = PathIn(runsDirectory);
        await File.WriteAllTextAsync(path + ".new", JsonOutput.Render(this), token);
        File.Move(path + ".new", path, overwrite: true);
    }
}
