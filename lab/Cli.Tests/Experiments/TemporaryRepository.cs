using Lab.Cli.Experiments;
using Lab.Harness.Processes;

namespace Lab.Cli.Tests.Experiments;

/// <summary>A git repository of its own, with one commit after the other.</summary>
internal sealed class TemporaryRepository : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("lab-git-").FullName;

    public string Checkout => Path.Combine(Root, "checkout");

    public string Cache => Path.Combine(Root, "cache");

    public GitRepository Repository => new(Checkout);

    public List<string> Commits { get; } = [];

    public static async Task<TemporaryRepository> CreateAsync()
    {
        var made = new TemporaryRepository();
        Directory.CreateDirectory(made.Checkout);
        await made.GitAsync("init", "--quiet", "--initial-branch=main");
        return made;
    }

    public async Task<string> CommitAsync(string subject, params (string File, string Text)[] files)
    {
        foreach (var (file, text) in files.Append(("n.txt", subject)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Checkout, file))!);
            await File.WriteAllTextAsync(Path.Combine(Checkout, file), text);
        }

        await GitAsync("add", ".");
        await GitAsync("commit", "--quiet", "-m", subject);
        Commits.Add((await GitAsync("rev-parse", "HEAD")).Trim());
        return Commits[^1];
    }

    public Task<string> GitAsync(params string[] arguments) => Tool.RunAsync(
        "git", ["-C", Checkout, "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false", .. arguments], TestContext.Current.CancellationToken);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
