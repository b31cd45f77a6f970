namespace Lab.Cli.Experiments;

/// <summary>
/// Binary search for the first bad commit of a line of commits. A commit that does not build is skipped and its neighbour is taken;
/// what was judged is kept in a file, so that a search that was killed goes on where it was.
/// </summary>
/// <param name="judge">Judges one commit against the good one; a throw of <see cref="BuildFailedException"/> skips it.</param>
internal sealed class Bisection(BisectState state, Func<string, CancellationToken, Task<CommitVerdict>> judge, Action<BisectState> save, IProgress<string> progress)
{
    private readonly Dictionary<string, CommitVerdict> known = state.Verdicts.ToDictionary(verdict => verdict.Commit);

    /// <param name="commits">After the good one, the oldest first; the last is the bad one.</param>
    public async Task<BisectOutcome> RunAsync(IReadOnlyList<string> commits, CancellationToken token)
    {
        var bad = await JudgeAsync(commits[^1], token);
        if (bad.State != CommitState.Bad)
            return new BisectOutcome(null, [], [.. known.Values]);
        var (low, high) = (-1, commits.Count - 1);
        while (Next(commits, low, high) is { } middle)
        {
            progress.Report($"{high - low - 1} commits are left, about {Math.Ceiling(Math.Log2(high - low))} steps");
            var verdict = await JudgeAsync(commits[middle], token);
            if (verdict.State == CommitState.Bad)
                high = middle;
            else if (verdict.State == CommitState.Good)
                low = middle;
        }

        // What is still between was skipped: any of those may be the first, too.
        return new BisectOutcome(commits[high], [.. commits.Skip(low + 1).Take(high - low - 1)], [.. known.Values]);
    }

    /// <returns>The commit nearest to the middle that was not skipped; null when none is left.</returns>
    private int? Next(IReadOnlyList<string> commits, int low, int high) =>
        Enumerable.Range(low + 1, high - low - 1)
            .Where(i => !known.TryGetValue(commits[i], out var verdict) || verdict.State != CommitState.Skipped)
            .OrderBy(i => Math.Abs(2 * i - low - high)).Select(i => (int?)i).FirstOrDefault();

    private async Task<CommitVerdict> JudgeAsync(string commit, CancellationToken token)
    {
        if (known.TryGetValue(commit, out var verdict))
        {
            progress.Report($"{GitRepository.Short(commit)}: {verdict.State} ({verdict.Remark}), judged before");
            return verdict;
        }

        try
        {
            verdict = await judge(commit, token);
        }
        catch (BuildFailedException e)
        {
            verdict = new CommitVerdict(commit, CommitState.Skipped, e.Message);
        }

        known[commit] = verdict;
        save(state with { Verdicts = [.. known.Values] });
        progress.Report($"{GitRepository.Short(commit)}: {verdict.State} ({verdict.Remark})");
        return verdict;
    }
}

internal enum CommitState
{
    Good,
    Bad,
    Skipped,
}

/// <param name="Remark">Why.</param>
internal sealed record CommitVerdict(string Commit, CommitState State, string Remark);

/// <param name="FirstBad">Null when the bad commit is not bad after all, or does not build.</param>
/// <param name="Suspects">Skipped commits right before it, any of which may be the first bad one as well.</param>
internal sealed record BisectOutcome(string? FirstBad, IReadOnlyList<string> Suspects, IReadOnlyList<CommitVerdict> Verdicts);
