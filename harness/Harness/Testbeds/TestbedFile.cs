using System.Text.RegularExpressions;
using Lab.Contracts.Testbeds;
using Lab.Yaml;

namespace Lab.Harness.Testbeds;

/// <summary>Reads a testbed file and says everything that is wrong with it at once.</summary>
public static partial class TestbedFile
{
    public const int NodesMax = 64;

    private const long MiB = 1L << 20;
    private const long GiB = 1L << 30;

    /// <exception cref="YamlFileException">The file is missing, no YAML, or says what cannot be.</exception>
    public static Testbed Load(string path) => Parse(YamlFile.Load(path), path);

    /// <inheritdoc cref="Load"/>
    public static Testbed Parse(string text, string path) => YamlFile.Parse(text, path, Read);

    private static Testbed Read(YamlCursor root)
    {
        var (name, manager) = (root.Text("name", NameProblem), ReadManager(root));
        var (storage, nodes) = (root.List("storage"), root.List("nodes"));
        var testbed = new Testbed
        {
            Name = name,
            Manager = manager,
            Storage = [.. storage.Select(ReadStorage)],
            Nodes = [.. nodes.Select(ReadNode)],
        };
        RefuseTwice(
            [.. testbed.Storage.Select(s => s.Name), .. testbed.Nodes.Select(n => n.Name)],
            [.. storage, .. nodes]);
        CheckWhole(testbed, root);
        return testbed;
    }

    private static void RefuseTwice(IReadOnlyList<string> names, IReadOnlyList<YamlCursor> entries)
    {
        var lines = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, entry) in names.Zip(entries).OrderBy(e => e.Second.Line))
            if (name.Length > 0 && !lines.TryAdd(name, entry.LineOf("name")))
                entry.Error(entry.LineOf("name"), $"the name {name} is given already in line {lines[name]}");
    }

    private static ManagerSource ReadManager(YamlCursor root)
    {
        if (root.Mapping("manager") is not { } manager)
            return new ManagerSource.Build(".");
        var hasUrl = manager.Has("url");
        if (hasUrl == manager.Has("build"))
            manager.Error(manager.Line, "manager needs either build (a checkout) or url (a manager that runs)");
        ManagerSource source = hasUrl
            ? new ManagerSource.Running(ReadHttps(manager, "url"))
            : new ManagerSource.Build(manager.Text("build", fallback: "."));
        manager.RefuseUnknown();
        return source;
    }

    private static StorageTarget ReadStorage(YamlCursor entry)
    {
        entry.Text("kind", kind => kind == "emulated" ? null : $"'{kind}' is not known; use emulated");
        var target = new StorageTarget(
            entry.Text("name", NameProblem),
            entry.Text("protocol", p => StorageProtocols.All.Contains(p) ? null : $"'{p}' is not known; use {string.Join(" or ", StorageProtocols.All)}", StorageProtocols.NvmeTcp),
            entry.Size("pool", GiB, 1024 * 1024 * GiB, "64GiB"));
        entry.RefuseUnknown();
        return target;
    }

    private static TestbedNode ReadNode(YamlCursor entry)
    {
        var name = entry.Text("name", NameProblem);
        TestbedNode node = entry.Text("kind", KindProblem) == "real" ? ReadRealNode(entry, name) : ReadEmulatedNode(entry, name);
        entry.RefuseUnknown();
        return node;
    }

    private static EmulatedNode ReadEmulatedNode(YamlCursor entry, string name)
    {
        var host = entry.Mapping("host");
        var soc = entry.Mapping("soc");
        var node = new EmulatedNode(
            name,
            host?.Number("vcpus", 1, 64, 1) ?? 1,
            host?.Size("memory", 256 * MiB, 1024 * GiB, "512MiB") ?? 512 * MiB,
            soc?.Number("cpus", 0.1, 64, 1.0) ?? 1.0,
            soc?.Size("memory", 256 * MiB, 1024 * GiB, "512MiB") ?? 512 * MiB);
        host?.RefuseUnknown();
        soc?.RefuseUnknown();
        return node;
    }

    private static RealNode ReadRealNode(YamlCursor entry, string name)
    {
        if (!entry.Has("serial"))
            entry.Error(entry.Line, $"node {name} is real: list the DPU's serial number, or it is not touched");
        var serial = entry.Text("serial", fallback: "");
        var agent = entry.Mapping("agent");
        if (agent?.Text("enrolled", fallback: "") != "true")
            entry.Error(entry.LineOf("agent"), $"node {name} is real: its agent must be enrolled (agent: {{enrolled: true}})");
        agent?.RefuseUnknown();
        if (entry.Mapping("bmc") is not { } bmc)
        {
            entry.Error(entry.Line, $"node {name} is real: bmc is missing (redfish, secret)");
            return new RealNode(name, serial, new Uri("https://invalid/"), "");
        }
        var redfish = ReadHttps(bmc, "redfish");
        var secret = bmc.Text("secret", s => s.StartsWith("env:", StringComparison.Ordinal) && s.Length > 4
            ? null : "secrets never stand in the file; name an environment variable, such as env:BMC17");
        bmc.RefuseUnknown();
        return new RealNode(name, serial, redfish, secret.Length > 4 ? secret["env:".Length..] : "");
    }

    private static Uri ReadHttps(YamlCursor entry, string key)
    {
        var text = entry.Text(key, t => Uri.TryCreate(t, UriKind.Absolute, out var url) && url.Scheme == "https" ? null : "must be an https:// address");
        return Uri.TryCreate(text, UriKind.Absolute, out var address) ? address : new Uri("https://invalid/");
    }

    private static void CheckWhole(Testbed testbed, YamlCursor root)
    {
        if (testbed.Nodes.Count > NodesMax)
            root.Error(root.LineOf("nodes"), $"{testbed.Nodes.Count} nodes; at most {NodesMax}");
        if (testbed.Storage.Count > 1)
            root.Error(root.LineOf("storage"), "one storage target at most");
        if (testbed.Manager is ManagerSource.Running && testbed.Nodes.Any(n => n is EmulatedNode))
            root.Error(root.LineOf("manager"), "emulated nodes enrol at a manager of this testbed; give manager.build");
        if (testbed.Manager is ManagerSource.Build && testbed.Nodes.Any(n => n is RealNode))
            root.Error(root.LineOf("manager"), "real nodes are enrolled at a manager that runs; give manager.url");
    }

    private static long Size(this YamlCursor entry, string key, long min, long max, string fallback)
    {
        var text = entry.Text(key, fallback: fallback);
        if (text.Length == 0)
            return min;
        if (ByteSize.TryParse(text, out var bytes) && bytes >= min && bytes <= max)
            return bytes;
        entry.Error(entry.LineOf(key), $"{entry.Name(key)} must be a size from {ByteSize.Format(min)} to {ByteSize.Format(max)}, such as {fallback}");
        return min;
    }

    private static string? KindProblem(string kind) => kind is "emulated" or "real" ? null : $"'{kind}' is not known; use emulated or real";

    private static string? NameProblem(string name) =>
        NamePattern().IsMatch(name) ? null : $"'{name}' must be 1 to 15 lower case letters, digits and dashes, starting with a letter";

    [GeneratedRegex("^[a-z][a-z0-9-]{0,14}$")]
    private static partial Regex NamePattern();
}
