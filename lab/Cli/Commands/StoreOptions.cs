using System.CommandLine;
using System.Globalization;
using Lab.Reports.Store;

namespace Lab.Cli.Commands;

/// <summary>The options by which commands find the run store.</summary>
internal sealed class StoreOptions
{
    /// <summary>Environment variable with the store of a team, so that its password is on no command line.</summary>
    public const string Variable = "LAB_STORE";

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(2);

    private readonly Option<string> _runs = CommonOptions.Runs();

    private readonly Option<string?> _store = new("--store")
    {
        Description = $"Run store: a file for SQLite, or \"Host=…;Database=…\" for PostgreSQL. Default: environment variable {Variable}, else index.db in the runs directory.",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_runs);
        command.Options.Add(_store);
    }

    public string RunsDirectory(ParseResult parsed) => parsed.GetValue(_runs)!;

    public Task<RunStore> OpenAsync(ParseResult parsed, CancellationToken cancel)
    {
        var named = parsed.GetValue(_store) ?? Environment.GetEnvironmentVariable(Variable);
        return RunStore.OpenAsync(string.IsNullOrWhiteSpace(named) ? RunStore.DefaultLocation(RunsDirectory(parsed)) : named, TimeProvider.System, cancel);
    }

    /// <summary>Opens the store and brings it up to date with the runs directory; what cannot be read is named and stays out.</summary>
    public async Task<RunStore> OpenCurrentAsync(ParseResult parsed, CancellationToken cancel)
    {
        var store = await OpenAsync(parsed, cancel);
        try
        {
            if (Directory.Exists(RunsDirectory(parsed)))
            {
                var error = parsed.InvocationConfiguration.Error;
                foreach (var refused in (await store.ImportAsync([RunsDirectory(parsed)], Progress(error, "reading runs"), cancel)).Refused)
                    await error.WriteLineAsync($"lab: left out: {Text(refused)}");
            }

            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    /// <summary>The directory and what is wrong with it, once.</summary>
    public static string Text(RefusedDirectory refused) =>
        refused.Error.StartsWith(refused.Directory, StringComparison.Ordinal) ? refused.Error : $"{refused.Directory}: {refused.Error}";

    /// <summary>A line to standard error now and then.</summary>
    public static IProgress<StoreProgress> Progress(TextWriter error, string what) => new Printer(error, what);

    private sealed class Printer(TextWriter error, string what) : IProgress<StoreProgress>
    {
        private readonly Lock _gate = new();
        private long _last = TimeProvider.System.GetTimestamp();

        public void Report(StoreProgress value)
        {
            lock (_gate)
            {
                if (TimeProvider.System.GetElapsedTime(_last) < ProgressInterval)
                    return;
                _last = TimeProvider.System.GetTimestamp();
                error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"lab: {what}: {value.Done} of {value.Total}"));
            }
        }
    }
}
