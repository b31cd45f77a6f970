using System.CommandLine;
using System.Globalization;
using Lab.Cli.Experiments;
using Lab.Contracts.Runs;
using Lab.Reports.Calibration;
using Lab.Reports.Outputs;
using Spectre.Console;

namespace Lab.Cli.Commands;

/// <summary><c>lab calibrate</c>: measures one build again and again, or takes runs that did, and writes the testbed's noise profile.</summary>
internal static class CalibrateCommand
{
    private const int SessionsDefault = 10;

    public static Command Create()
    {
        var from = new Option<string[]>("--from")
        {
            Description = "Runs of one build to take instead of measuring (path, id, unique start of an id, short id)",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        var command = new Command(
            "calibrate",
            "Measures how much sessions of one build differ on this testbed and writes its noise profile, over what an earlier one says of the same series; comparisons and reports find it by themselves. Example: lab calibrate --suite smoke --sessions 10")
        {
            from,
        };
        var options = new ExperimentOptions(command, "Sessions to measure", SessionsDefault);
        command.SetAction(async (parsed, token) =>
        {
            var (runs, named) = (options.Runs(parsed), parsed.GetValue(from)!);
            var sessions = named.Length > 0
                ? named.Select(name => RunReader.Read(RunLocator.Find(runs, name))).ToList()
                : await MeasureAsync(options, parsed, token);
            var profile = NoiseCalibration.Of(sessions, TimeProvider.System.GetUtcNow());
            if (Earlier(runs, profile.Comparison.Hash) is { } earlier)
                profile = profile.Over(earlier);
            var file = NoiseProfiles.Write(runs, profile);
            var output = parsed.InvocationConfiguration.Output;
            if (options.Json(parsed))
            {
                await output.WriteAsync(JsonOutput.Render(profile));
                return ExitCodes.Ok;
            }

            CommonOptions.ConsoleOn(output).Write(Noise(profile));
            await output.WriteLineAsync(file);
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>A damaged profile is replaced as a whole: calibrating is how one is mended.</summary>
    private static NoiseProfile? Earlier(string runs, string hash)
    {
        try
        {
            return NoiseProfiles.Find(runs, hash);
        }
        catch (RunRecordException)
        {
            return null;
        }
    }

    private static async Task<List<RunRecord>> MeasureAsync(ExperimentOptions options, ParseResult parsed, CancellationToken token)
    {
        if (options.Sessions(parsed) < NoiseCalibration.LeastSessions)
            throw new UsageException($"--sessions {options.Sessions(parsed)} is too few to calibrate from; it takes {NoiseCalibration.LeastSessions}");
        var progress = options.Progress(parsed);
        var id = AbExperiment.IdOf("calibration", TimeProvider.System);
        var suite = new SuiteSessions(options.Run(parsed), id, new Dictionary<ExperimentArm, string?> { [ExperimentArm.A] = null }, progress.Follow);
        var log = new SessionLog(suite.RunAsync, progress);
        var runs = new List<RunRecord>();
        for (var position = 1; position <= options.Sessions(parsed); position++)
            if (await log.RunAsync(new Session(ExperimentArm.A, 1, position, options.Scenarios(parsed)), token) is { } run)
                runs.Add(run);
        return runs;
    }

    private static Table Noise(NoiseProfile profile)
    {
        var table = RunTables.Columns("metric", "unit", "sessions", "between sessions", "over baseline", "within a session");
        foreach (var noise in profile.Metrics)
            table.AddRow(
                RunTables.Name(noise.Metric, noise.Label), new Text(noise.Unit), new Text(noise.Sessions.ToString(CultureInfo.InvariantCulture)),
                Percent(noise.Between), Percent(noise.BetweenNormalised), Percent(noise.Within));
        return table;
    }

    private static Text Percent(double? share) => new(share is { } value ? string.Create(CultureInfo.InvariantCulture, $"{100 * value:0.0} %") : "–");
}
