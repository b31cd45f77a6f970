using System.Globalization;
using Lab.Cli.Commands;
using Lab.Contracts.Runs;
using Lab.Harness;
using Lab.Harness.Recording;

namespace Lab.Cli.Experiments;

/// <summary>Runs sessions as suites on fresh testbeds, one run directory each, labelled with experiment, arm, round and position.</summary>
/// <param name="run">What all sessions have in common.</param>
/// <param name="builds">Directory of each arm's build; null: the testbed file's own.</param>
internal sealed class SuiteSessions(SuiteRun run, string experiment, IReadOnlyDictionary<ExperimentArm, string?> builds, Action<RunProgress> follow)
{
    public async Task<SessionOutcome> RunAsync(Session session, CancellationToken token)
    {
        var runner = new SuiteRunner(
            run with
            {
                Build = builds[session.Arm],
                Scenarios = session.Scenarios,
                Labels = new Dictionary<string, string>
                {
                    ["experiment"] = experiment,
                    ["arm"] = session.Arm.ToString(),
                    ["round"] = session.Round.ToString(CultureInfo.InvariantCulture),
                    ["position"] = session.Position.ToString(CultureInfo.InvariantCulture),
                },
            },
            follow);
        try
        {
            await runner.RunAsync(token);
        }
        catch (LabException e)
        {
            return new SessionOutcome(runner.RunDirectory, null, e.Message);
        }

        var record = RunReader.Read(runner.RunDirectory!);
        var broken = record.Results.FirstOrDefault(result => result.Verdict == Verdict.Error);
        var failed = record.Results.FirstOrDefault(result => result.Verdict == Verdict.Fail);
        return broken is not null ? new SessionOutcome(record.Directory, null, $"{broken.Scenario}: {broken.Reason}")
            : record.Results.Count == 0 ? new SessionOutcome(record.Directory, null, "no scenario came to its end")
            : new SessionOutcome(record.Directory, record, failed is null ? null : $"{failed.Scenario} failed: {failed.Reason}");
    }
}
