using Lab.Cli.Experiments;
using Lab.Harness;
using Lab.Harness.Launch;
using Lab.Harness.Processes;
using Lab.Harness.Recording;

namespace Lab.Cli.Tests.Experiments;

/// <summary>Real builds of programs as small as they get, under the names of those under test.</summary>
public sealed class BuildsTests : IAsyncLifetime
{
    private const string Properties = "<Project><PropertyGroup><UseArtifactsOutput>true</UseArtifactsOutput></PropertyGroup></Project>";
    private const string Project =
        "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><UseAppHost>false</UseAppHost></PropertyGroup></Project>";

    private readonly Told told = new();
    private TemporaryRepository repository = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Builds Builds => new(repository.Repository, repository.Cache, "release", told);

    public async ValueTask InitializeAsync() => repository = await TemporaryRepository.CreateAsync();

    [Fact]
    public async Task Revision_IsBuiltOnceAndKeptByCommit_AndItsWorkTreeIsGone()
    {
        var commit = await CommitAsync("works", "System.Console.WriteLine(\"first\");");
        // What a killed build of another commit left: a work tree that git knows, and nobody holds.
        var left = Path.Combine(repository.Cache, "worktrees", "0123456789");
        await repository.Repository.AddWorktreeAsync(left, commit, Token);

        var build = await Builds.FindAsync("main", Token);

        Assert.Equal(("main", commit, commit), (build.Name, build.Commit, Path.GetFileName(build.Directory)));
        Assert.Equal("first", (await Tool.RunAsync(Programs.DotnetHost, [Path.Combine(build.Directory, "artifacts/bin/Lab.Manager/release/Lab.Manager.dll")], Token)).Trim());
        Assert.True(File.Exists(Path.Combine(build.Directory, "artifacts/bin/Lab.Agent/release/Lab.Agent.dll")));
        Assert.Equal((commit, false), ((await MachineFingerprint.ReadSystemUnderTestAsync(build.Directory, Token)) is var under ? (under.Commit, under.Dirty) : default));
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(repository.Cache, "worktrees")));
        Assert.DoesNotContain("worktrees", await repository.GitAsync("worktree", "list"), StringComparison.Ordinal);
        Assert.Single(told.Lines);

        Assert.Equal(build, await Builds.FindAsync("main", Token));
        Assert.Single(told.Lines);
        // As a path, and by whom it was asked for.
        Assert.Equal(commit, (await Builds.FindAsync(build.Directory, Token)).Commit);
    }

    [Fact]
    public async Task Revision_ThatDoesNotBuild_SaysWhyAndLeavesNothing()
    {
        var commit = await CommitAsync("broken", "this is no program");
        var failure = await Assert.ThrowsAsync<BuildFailedException>(() => Builds.FindAsync("HEAD", Token));
        Assert.StartsWith($"Lab.Manager of {commit[..10]} does not build:", failure.Message, StringComparison.Ordinal);
        Assert.Contains("error CS", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(repository.Cache, "worktrees")));
        Assert.False(Directory.Exists(Path.Combine(repository.Cache, "builds", commit)));
    }

    [Fact]
    public async Task Revision_WithoutThePrograms_IsNoBuild()
    {
        await repository.CommitAsync("nothing but a text");
        var failure = await Assert.ThrowsAsync<BuildFailedException>(() => Builds.FindAsync("HEAD", Token));
        Assert.Contains("has no Lab.Manager", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revision_WhoseBuildIsInterrupted_LeavesNothing()
    {
        var commit = await CommitAsync("works", "");
        using var interruption = new CancellationTokenSource();
        var builds = new Builds(repository.Repository, repository.Cache, "release", new Interrupting(interruption));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => builds.FindAsync(commit, interruption.Token));
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(repository.Cache, "worktrees")));
        Assert.False(Directory.Exists(Path.Combine(repository.Cache, "builds", commit)));
    }

    [Fact]
    public async Task Revision_ThatAnotherRunBuilds_IsToldSo()
    {
        var commit = await repository.CommitAsync("x");
        Directory.CreateDirectory(Path.Combine(repository.Cache, "builds"));
        await using var held = new FileStream(Path.Combine(repository.Cache, "builds", commit + ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        Assert.Contains("another run builds", (await Assert.ThrowsAsync<LabException>(() => Builds.FindAsync(commit, Token))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Directory_WithoutABuild_IsRefused()
    {
        var refused = await Assert.ThrowsAsync<UsageException>(() => Builds.FindAsync(repository.Checkout, Token));
        Assert.Contains("without a build of Lab.Manager", refused.Message, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync()
    {
        repository.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<string> CommitAsync(string subject, string program) => repository.CommitAsync(
        subject,
        ("Directory.Build.props", Properties), (".gitignore", "artifacts/\n"),
        ("lab/Manager/Lab.Manager.csproj", Project), ("lab/Manager/Program.cs", program),
        ("agent/Agent/Lab.Agent.csproj", Project), ("agent/Agent/Program.cs", "System.Console.WriteLine(\"agent\");"));

    private sealed class Interrupting(CancellationTokenSource interruption) : IProgress<string>
    {
        public void Report(string value) => interruption.Cancel();
    }
}
