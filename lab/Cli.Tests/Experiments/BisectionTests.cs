using Lab.Cli.Experiments;

namespace Lab.Cli.Tests.Experiments;

public sealed class BisectionTests : IAsyncLifetime
{
    private const int Count = 21;

    private readonly Told told = new();
    private readonly List<string> judged = [];
    private TemporaryRepository repository = null!;
    private IReadOnlyList<string> commits = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        repository = await TemporaryRepository.CreateAsync();
        for (var i = 0; i < Count; i++)
            await repository.CommitAsync($"change {i}");
        commits = await repository.Repository.BetweenAsync(repository.Commits[0], repository.Commits[^1], Token);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(19)]
    [InlineData(20)]
    public async Task Search_FindsTheFirstBadCommit_InLogarithmicallyManySteps(int first)
    {
        var outcome = await Search(first).RunAsync(commits, Token);
        Assert.Equal(repository.Commits[first], outcome.FirstBad);
        Assert.Empty(outcome.Suspects);
        Assert.Equal(repository.Commits[^1], judged[0]);
        // The bad one, and log2 of 20 commits.
        Assert.InRange(judged.Count, 2, 1 + 5);
        Assert.Equal(judged.Distinct(), judged);
        Assert.EndsWith($"t: change {first}", await repository.Repository.DescribeAsync(outcome.FirstBad!, Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_WhenBadIsNotWorse_SaysSoAtOnce()
    {
        var outcome = await Search(Count).RunAsync(commits, Token);
        Assert.Null(outcome.FirstBad);
        Assert.Equal(CommitState.Good, Assert.Single(outcome.Verdicts).State);
    }

    [Fact]
    public async Task Search_GoesAroundCommitsThatDoNotBuild()
    {
        var outcome = await Search(12, skipped: [9, 10, 14, 15]).RunAsync(commits, Token);
        Assert.Equal(repository.Commits[12], outcome.FirstBad);
        Assert.Empty(outcome.Suspects);
        Assert.Contains(outcome.Verdicts, verdict => verdict.State == CommitState.Skipped);
    }

    [Fact]
    public async Task Search_NamesCommitsThatDoNotBuildRightBeforeTheFirstBadOne()
    {
        var outcome = await Search(10, skipped: [9, 10, 11]).RunAsync(commits, Token);
        Assert.Equal(repository.Commits[12], outcome.FirstBad);
        Assert.Equal(repository.Commits[9..12], outcome.Suspects);
    }

    [Fact]
    public async Task Search_WhenBadDoesNotBuild_FindsNothing()
    {
        var outcome = await Search(10, skipped: [20]).RunAsync(commits, Token);
        Assert.Null(outcome.FirstBad);
        Assert.Equal(CommitState.Skipped, Assert.Single(outcome.Verdicts).State);
    }

    [Fact]
    public async Task Search_ThatWasKilled_GoesOnWhereItWas()
    {
        var file = BisectState.PathIn(repository.Root, repository.Commits[0], repository.Commits[^1]);
        using var killed = new CancellationTokenSource();
        await Assert.ThrowsAsync<OperationCanceledException>(() =>
            Search(13, file: file, before: () => { if (judged.Count == 3) killed.Cancel(); killed.Token.ThrowIfCancellationRequested(); }).RunAsync(commits, killed.Token));
        Assert.Equal(3, judged.Count);
        var first = judged.ToList();
        judged.Clear();

        var outcome = await Search(13, file: file).RunAsync(commits, Token);

        Assert.Equal(repository.Commits[13], outcome.FirstBad);
        Assert.Empty(judged.Intersect(first));
        Assert.InRange(judged.Count, 1, 3);
    }

    [Fact]
    public async Task State_OfAnotherQuestion_IsNotTaken()
    {
        var file = BisectState.PathIn(repository.Root, repository.Commits[0], repository.Commits[^1]);
        await Search(13, file: file).RunAsync(commits, Token);
        Assert.NotEmpty(BisectState.LoadOrNew(file, repository.Commits[0], repository.Commits[^1], "q").Verdicts);
        Assert.Empty(BisectState.LoadOrNew(file, repository.Commits[0], repository.Commits[^1], "another").Verdicts);
        await File.WriteAllTextAsync(file, "{", Token);
        Assert.StartsWith(file, Assert.Throws<UsageException>(() => BisectState.LoadOrNew(file, "a", "b", "q")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commits_AlongFirstParents_LeaveMergedOnesOut()
    {
        await repository.GitAsync("checkout", "--quiet", "-b", "side", repository.Commits[^1]);
        var side = await repository.CommitAsync("on the side", ("side.txt", "x"));
        await repository.GitAsync("checkout", "--quiet", "main");
        var straight = await repository.CommitAsync("straight on", ("main.txt", "x"));
        await repository.GitAsync("merge", "--quiet", "--no-ff", "-X", "ours", "-m", "merged", "side");
        var merge = await repository.Repository.CommitOfAsync("HEAD", Token);

        var line = await repository.Repository.BetweenAsync(repository.Commits[Count - 1], merge, Token);

        Assert.Equal([straight, merge], line);
        Assert.DoesNotContain(side, line);
    }

    [Fact]
    public async Task Revisions_ThatAreNone_AreRefused()
    {
        var unknown = await Assert.ThrowsAsync<UsageException>(() => repository.Repository.CommitOfAsync("no-such", Token));
        Assert.StartsWith("no-such is no revision of", unknown.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<UsageException>(() => repository.Repository.CommitOfAsync("--help", Token));
        await Assert.ThrowsAsync<UsageException>(() => repository.Repository.BetweenAsync(repository.Commits[^1], repository.Commits[0], Token));
    }

    public ValueTask DisposeAsync()
    {
        repository.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <param name="first">Number of the first bad commit.</param>
    private Bisection Search(int first, int[]? skipped = null, string? file = null, Action? before = null)
    {
        var (good, bad) = (repository.Commits[0], repository.Commits[^1]);
        return new Bisection(
            file is null ? new BisectState(good, bad, "q", []) : BisectState.LoadOrNew(file, good, bad, "q"),
            (commit, _) =>
            {
                before?.Invoke();
                judged.Add(commit);
                var index = repository.Commits.IndexOf(commit);
                return skipped?.Contains(index) == true
                    ? throw new BuildFailedException("does not build")
                    : Task.FromResult(new CommitVerdict(commit, index >= first ? CommitState.Bad : CommitState.Good, "simulated"));
            },
            state =>
            {
                if (file is not null)
                    state.Save(file);
            },
            told);
    }
}
