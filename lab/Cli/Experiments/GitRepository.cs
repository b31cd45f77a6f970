using Lab.Harness;
using Lab.Harness.Processes;

namespace Lab.Cli.Experiments;

/// <summary>What experiments ask of git. Arguments from users stand behind --end-of-options and are never taken for options.</summary>
internal sealed class GitRepository(string directory)
{
    private const int ShortLength = 10;

    public string Directory => directory;

    public static string Short(string commit) => commit[..Math.Min(ShortLength, commit.Length)];

    /// <exception cref="UsageException">There is no such commit.</exception>
    public async Task<string> CommitOfAsync(string revision, CancellationToken token)
    {
        var result = await Tool.TryRunAsync(
            "git", ["-C", directory, "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"], token);
        return result.ExitCode == 0
            ? result.Output.Trim()
            : throw new UsageException($"{revision} is no revision of {directory}{(result.Error.Length > 0 ? ": " + result.Error.Trim() : "")}");
    }

    /// <summary>Commits after <paramref name="good"/> up to <paramref name="bad"/>, along first parents, the oldest first.</summary>
    /// <exception cref="UsageException">Bad does not descend from good.</exception>
    public async Task<IReadOnlyList<string>> BetweenAsync(string good, string bad, CancellationToken token)
    {
        var commits = (await Tool.RunAsync("git", ["-C", directory, "rev-list", "--first-parent", "--reverse", $"{good}..{bad}"], token))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (commits.Length == 0 || (await Tool.TryRunAsync("git", ["-C", directory, "merge-base", "--is-ancestor", good, bad], token)).ExitCode != 0)
            throw new UsageException($"{Short(bad)} does not descend from {Short(good)}: there is nothing to search between them");
        return commits;
    }

    /// <returns>Short id, date and subject of a commit.</returns>
    public async Task<string> DescribeAsync(string commit, CancellationToken token) =>
        (await Tool.RunAsync("git", ["-C", directory, "show", "--no-patch", "--format=%h %cs %an: %s", commit], token)).Trim();

    public Task AddWorktreeAsync(string path, string commit, CancellationToken token) =>
        Tool.RunAsync("git", ["-C", directory, "worktree", "add", "--force", "--detach", "--quiet", path, commit], token);

    /// <summary>Whatever is left of it, whether or not git still knows it.</summary>
    public async Task RemoveWorktreeAsync(string path)
    {
        var removed = await Tool.TryRunAsync("git", ["-C", directory, "worktree", "remove", "--force", "--force", path], CancellationToken.None);
        if (System.IO.Directory.Exists(path))
            System.IO.Directory.Delete(path, recursive: true);
        if (removed.ExitCode != 0)
            await Tool.TryRunAsync("git", ["-C", directory, "worktree", "prune"], CancellationToken.None);
    }
}
