using Lab.Harness;
using Lab.Harness.Launch;
using Lab.Harness.Processes;
using Lab.Harness.Recording;

namespace Lab.Cli.Experiments;

/// <summary>
/// Finds or makes builds of the programs under test, manager and agent. A revision is checked out as a work tree of its own, built,
/// and its programs are kept by commit; the work tree goes at once, and one that a killed build left goes with the next.
/// </summary>
/// <param name="cache">Directory that keeps builds.</param>
internal sealed class Builds(GitRepository repository, string cache, string configuration, IProgress<string> progress)
{
    public static readonly IReadOnlyList<string> Projects = ["Lab.Manager", "Lab.Agent"];
    private const int LinesTold = 20;

    private string Kept => Path.Combine(cache, "builds");
    private string Worktrees => Path.Combine(cache, "worktrees");

    /// <summary>Of the checkout this program was built from, kept beside images.</summary>
    public static Builds Own(IProgress<string> progress) =>
        new(new GitRepository(Programs.Own.Checkout), TestbedPaths.CacheRoot, Programs.Own.Configuration, progress);

    /// <param name="name">Path of a built checkout, or a git revision.</param>
    /// <exception cref="UsageException">It is neither.</exception>
    /// <exception cref="BuildFailedException">The revision does not build.</exception>
    public async Task<Build> FindAsync(string name, CancellationToken token)
    {
        if (!Directory.Exists(name))
            return await OfRevisionAsync(name, token);
        var directory = Path.GetFullPath(name);
        foreach (var project in Projects)
            if (!Directory.Exists(Output(directory, project)))
                throw new UsageException($"{name} is a directory without a build of {project}: {Output(directory, project)} is missing; build it, or name a git revision");
        return new Build(name, directory, (await MachineFingerprint.ReadSystemUnderTestAsync(directory, token)).Commit);
    }

    /// <inheritdoc cref="FindAsync"/>
    public async Task<Build> OfRevisionAsync(string revision, CancellationToken token)
    {
        var commit = await repository.CommitOfAsync(revision, token);
        var directory = Path.Combine(Kept, commit);
        Directory.CreateDirectory(Kept);
        using var held = Hold(commit) ?? throw new LabException($"another run builds {GitRepository.Short(commit)}; wait for its end");
        await SweepAsync();
        if (BuiltRevision.CommitOf(directory) is null)
            await BuildAsync(commit, directory, token);
        return new Build(revision, directory, commit);
    }

    private async Task BuildAsync(string commit, string directory, CancellationToken token)
    {
        var worktree = Path.Combine(Worktrees, commit);
        Directory.CreateDirectory(Worktrees);
        progress.Report($"building {GitRepository.Short(commit)}");
        try
        {
            await repository.AddWorktreeAsync(worktree, commit, token);
            foreach (var project in Projects)
                await BuildAsync(worktree, project, commit, token);
            if (Directory.Exists(directory))
                Directory.Delete(directory, recursive: true);
            foreach (var project in Projects)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Output(directory, project))!);
                Copy(Output(worktree, project), Output(directory, project));
            }

            BuiltRevision.Seal(directory, commit);
        }
        finally
        {
            await repository.RemoveWorktreeAsync(worktree);
        }
    }

    private async Task BuildAsync(string worktree, string project, string commit, CancellationToken token)
    {
        var file = Directory.EnumerateFiles(worktree, project + ".csproj", SearchOption.AllDirectories).FirstOrDefault()
            ?? throw new BuildFailedException($"{GitRepository.Short(commit)} has no {project}: it is older than the lab");
        var built = await Tool.TryRunAsync(
            Programs.DotnetHost, ["build", file, "-c", configuration, "-v", "quiet", "-nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false"], token);
        if (built.ExitCode == 0 && Directory.Exists(Output(worktree, project)))
            return;
        var lines = (built.Output + built.Error).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        throw new BuildFailedException($"{project} of {GitRepository.Short(commit)} does not build:\n{string.Join('\n', lines.TakeLast(LinesTold))}");
    }

    /// <summary>Work trees that nobody holds were left by builds that were killed.</summary>
    private async Task SweepAsync()
    {
        if (!Directory.Exists(Worktrees))
            return;
        foreach (var left in Directory.EnumerateDirectories(Worktrees))
        {
            var commit = Path.GetFileName(left);
            using var held = Hold(commit);
            // Null too for the one that is about to be built, which this process holds already: nobody else can have it.
            if (held is not null)
                await repository.RemoveWorktreeAsync(left);
        }
    }

    /// <summary>The kernel lets go of the lock when its holder dies.</summary>
    private FileStream? Hold(string commit)
    {
        try
        {
            return new FileStream(Path.Combine(Kept, commit + ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private string Output(string checkout, string project) => Path.Combine(checkout, "artifacts", "bin", project, configuration);

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var directory in Directory.EnumerateDirectories(from))
            Copy(directory, Path.Combine(to, Path.GetFileName(directory)));
        foreach (var file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
