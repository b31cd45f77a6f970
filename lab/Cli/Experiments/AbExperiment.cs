using System.Globalization;
using Lab.Cli.Commands;
using Lab.Contracts.Runs;
using Lab.Harness.Recording;
using Lab.Reports.Calibration;
using Lab.Reports.Comparison;
using Lab.Reports.Statistics;

namespace Lab.Cli.Experiments;

/// <summary>An experiment of two builds on this machine: runs it, writes its report beside the runs.</summary>
/// <param name="run">What all sessions have in common.</param>
/// <param name="noiseFile">Noise profile; null: the one that was calibrated for runs of this kind, if any.</param>
internal sealed class AbExperiment(
    SuiteRun run, ExperimentPlan plan, string? noiseFile, TimeProvider clock, IProgress<string> progress, Action<RunProgress> follow)
{
    /// <exception cref="UsageException">The arms cannot be compared.</exception>
    public async Task<ExperimentReport> RunAsync(Build a, Build b, CancellationToken token)
    {
        // Before the first session: a damaged file is told now, not after an hour.
        var noise = noiseFile is null ? null : NoiseProfiles.Read(noiseFile);
        var id = IdOf("ab", clock);
        progress.Report($"{id}: A is {Describe(a)}, B is {Describe(b)}");
        var sessions = new SuiteSessions(
            run, id, new Dictionary<ExperimentArm, string?> { [ExperimentArm.A] = a.Directory, [ExperimentArm.B] = b.Directory }, follow);
        var outcome = await new Experiment(plan, new SessionLog(sessions.RunAsync, progress), Judge, progress).RunAsync(token);
        if (!outcome.Comparison.Comparable)
            throw new UsageException($"the arms are not comparable: {outcome.Comparison.Reason}");
        var report = new ExperimentReport(id, run.Suite, a, b, outcome, noise is null ? null : noiseFile ?? NoiseProfiles.PathOf(run.RunsDirectory, noise.Comparison.Hash));
        await report.WriteAsync(run.RunsDirectory, token);
        return report;

        RunComparison Judge(IReadOnlyList<RunRecord> ofA, IReadOnlyList<RunRecord> ofB)
        {
            noise ??= NoiseProfiles.Find(run.RunsDirectory, ComparisonKey.Of(ofA[0].Info).Hash);
            // Every round is a look at growing data.
            return RunComparison.Of(ofA, ofB, new JudgePolicy { Looks = plan.Rounds }, noise);
        }
    }

    /// <summary>As ids of runs: time first, so that names sort by it.</summary>
    public static string IdOf(string what, TimeProvider clock) =>
        string.Create(CultureInfo.InvariantCulture, $"{clock.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}-{what}-{Guid.NewGuid().ToString("n")[..6]}");

    private static string Describe(Build build) => build.Commit is { } commit && !commit.StartsWith(build.Name, StringComparison.Ordinal)
        ? $"{build.Name} ({GitRepository.Short(commit)})"
        : build.Name;
}
