namespace Lab.Harness.Launch;

/// <summary>Built programs, found by project name under a checkout's artifacts/. The programs under test may come from another checkout.</summary>
public sealed class Programs
{
    private readonly string checkout;
    private readonly string configuration;

    private Programs(string checkout, string configuration)
    {
        this.checkout = checkout;
        this.configuration = configuration;
    }

    /// <summary>The checkout that this harness itself was built from.</summary>
    public static Programs Own { get; } = FindOwn();

    public string Checkout => checkout;

    /// <summary>Name of the directory under a project's output, such as release.</summary>
    public string Configuration => configuration;

    /// <param name="directory">A built checkout; relative to the lab's own.</param>
    /// <exception cref="LabException">It is not built.</exception>
    public static Programs Of(string directory)
    {
        var path = Path.GetFullPath(directory, Own.checkout);
        return path == Own.checkout ? Own : new Programs(path, Own.configuration);
    }

    /// <summary>Directory that holds a project's program.</summary>
    public string DirectoryOf(string project)
    {
        var directory = Path.Combine(checkout, "artifacts", "bin", project, configuration);
        return Directory.Exists(directory)
            ? directory
            : throw new LabException($"{project} is not built: {directory} is missing; run ./lab.sh build in {checkout}");
    }

    public IReadOnlyList<string> Command(string project, params IEnumerable<string> arguments) =>
        [DotnetHost, Path.Combine(DirectoryOf(project), project + ".dll"), .. arguments];

    /// <summary>The <c>dotnet</c> that runs this process, and so can run the others.</summary>
    public static string DotnetHost { get; } = Path.Combine(DotnetRoot, "dotnet");

    /// <summary>Installation directory of the .NET runtime; mounted into the SoC.</summary>
    public static string DotnetRoot =>
        Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    private static Programs FindOwn()
    {
        // <checkout>/artifacts/bin/<project>/<configuration>/
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var root = output.Parent?.Parent?.Parent?.Parent;
        return root is not null && output.Parent!.Parent!.Parent!.Name == "artifacts"
            ? new Programs(root.FullName, output.Name)
            : throw new LabException($"{output.FullName} is no build output of the lab (artifacts/bin/<project>/<configuration>)");
    }
}
