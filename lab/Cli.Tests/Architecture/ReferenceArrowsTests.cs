using System.Xml.Linq;

namespace Lab.Cli.Tests.Architecture;

/// <summary>
/// Holds who may reference whom: manager and agent never an emulator or the harness, an emulator never the contracts of manager
/// and agent, reports nothing but the run record.
/// </summary>
public sealed class ReferenceArrowsTests
{
    private static readonly string[] Emulators = ["Lab.Emulators.Bmc", "Lab.Emulators.Dpu", "Lab.Emulators.Host", "Lab.Emulators.Storage"];

    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Lab.Contracts"] = [],
        ["Lab.Protocols"] = [],
        ["Lab.Yaml"] = [],
        ["Lab.Interop"] = [],
        ["Lab.Agent"] = ["Lab.Contracts", "Lab.Protocols", "Lab.Interop"],
        ["Lab.Manager"] = ["Lab.Contracts", "Lab.Protocols"],
        ["Lab.Emulators"] = ["Lab.Protocols", "Lab.Interop"],
        ["Lab.Emulators.Bmc"] = ["Lab.Emulators"],
        ["Lab.Emulators.Dpu"] = ["Lab.Emulators"],
        ["Lab.Emulators.Host"] = ["Lab.Emulators"],
        ["Lab.Emulators.Storage"] = ["Lab.Emulators"],
        ["Lab.Harness"] = ["Lab.Contracts", "Lab.Yaml", "Lab.Protocols", "Lab.Interop", "Lab.Emulators", .. Emulators],
        ["Lab.Scenarios"] = ["Lab.Harness"],
        ["Lab.Reports"] = ["Lab.Contracts", "Lab.Yaml"],
        ["Lab.Cli"] = ["Lab.Harness", "Lab.Reports"],
    };

    public static TheoryData<string> Projects => [.. ProjectFiles().Select(Path.GetFileNameWithoutExtension).OfType<string>()];

    [Theory, MemberData(nameof(Projects))]
    public void Project_References_OnlyWhatItMay(string project)
    {
        var references = References(project).ToList();
        if (project.EndsWith(".Tests", StringComparison.Ordinal))
        {
            // A test may have any program built beside it, without compiling against it.
            var compiled = references.Where(reference => reference.Compiled).Select(reference => reference.Project);
            Assert.Equal([project[..^".Tests".Length]], compiled);
            return;
        }

        Assert.True(Arrows.ContainsKey(project), $"{project} is in no table of allowed references");
        Assert.Empty(references.Select(reference => reference.Project).Except(Arrows[project]));
    }

    [Fact]
    public void Projects_InTheTable_AllExist() =>
        Assert.Empty(Arrows.Keys.Except(ProjectFiles().Select(Path.GetFileNameWithoutExtension)));

    [Fact]
    public void Projects_ReferencedAssemblies_AreNone()
    {
        // A <Reference> would be an arrow this test does not see.
        Assert.DoesNotContain(ProjectFiles(), file => XDocument.Load(file).Descendants("Reference").Any());
    }

    private static IEnumerable<(string Project, bool Compiled)> References(string project)
    {
        var file = ProjectFiles().Single(file => Path.GetFileNameWithoutExtension(file) == project);
        return XDocument.Load(file).Descendants("ProjectReference").Select(reference =>
        {
            var path = Path.Combine(Path.GetDirectoryName(file)!, reference.Attribute("Include")!.Value);
            Assert.True(File.Exists(path), $"{project} references {path}, which does not exist");
            return (Path.GetFileNameWithoutExtension(path), !IsFalse(reference, "ReferenceOutputAssembly"));
        });
    }

    private static bool IsFalse(XElement reference, string name) =>
        string.Equals(reference.Attribute(name)?.Value ?? reference.Element(name)?.Value, "false", StringComparison.OrdinalIgnoreCase);

    private static List<string> ProjectFiles() =>
        [.. Directory.EnumerateDirectories(Repository.Root)
            .Where(folder => Path.GetFileName(folder) is not ("artifacts" or "runs") && !Path.GetFileName(folder).StartsWith('.'))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.csproj", SearchOption.AllDirectories))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))];
}
