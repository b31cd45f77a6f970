namespace Lab.Harness.Launch;

/// <summary>Where a testbed's files are, and what its objects are called: all a function of its name, so that any run finds what an earlier one left.</summary>
public sealed class TestbedPaths(string testbed, string root = TestbedPaths.RunRoot)
{
    /// <summary>Run-time state of all testbeds; nothing of it survives a reboot.</summary>
    public const string RunRoot = "/run/lab";

    /// <summary>Images and other things that are made once.</summary>
    public const string CacheRoot = "/var/cache/lab";

    /// <summary>Environment variable that marks every process of a testbed, for clean-up after a killed run.</summary>
    public const string OwnerVariable = "LAB_TESTBED";

    /// <summary>Marks the processes of a SoC, for who counts their CPU time: they end with their container, not one by one.</summary>
    public const string SocVariable = "LAB_SOC_OF";

    /// <summary>Label of every docker object of a testbed.</summary>
    public const string DockerLabel = "lab.testbed";

    public const string DockerPrefix = "lab-";
    public const string NamespacePrefix = "lab-";

    public string Testbed => testbed;
    public string Root => Path.Combine(root, testbed);
    public string NetworkNamespace => NamespacePrefix + testbed;
    public string NetworkNamespacePath => "/run/netns/" + NetworkNamespace;
    public string Logs => Path.Combine(Root, "logs");
    public string Services => Path.Combine(Root, "services");

    public string Under(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    public string Service(string name) => Path.Combine(Services, name);

    public string LogOf(string name) => Path.Combine(Logs, name + ".log");

    public string Container(string node) => $"{DockerPrefix}{testbed}-{node}";

    /// <summary>Names of the nodes that were raised, in the order of the testbed file.</summary>
    public IReadOnlyList<string> Nodes() => File.Exists(NodesFile) ? File.ReadAllLines(NodesFile) : [];

    internal string NodesFile => Path.Combine(Root, "nodes.txt");

    public NodePaths Node(string node) => new(Path.Combine(Root, "nodes", node));
}

/// <summary>Directories of one node that its emulators and its SoC share.</summary>
public sealed record NodePaths(string Root)
{
    /// <summary>Of the PCIe service; in the SoC at /run/pcie.</summary>
    public string PcieSocket => Path.Combine(Root, "pcie", "pcie.sock");

    /// <summary>Of the BMC's system interface; in the SoC at /run/bmc.</summary>
    public string IpmiSocket => Path.Combine(Root, "ipmi", "ipmi.sock");

    /// <summary>vhost-user sockets that QEMU connects to; in the SoC at /run/vhost.</summary>
    public string VhostDirectory => Path.Combine(Root, "vhost");
    public string ConsoleSocket => Path.Combine(Root, "console.sock");
    public string Libvirt => Path.Combine(Root, "libvirt");
    public string BmcState => Path.Combine(Root, "bmc");
    public string BmcCertificate => Path.Combine(BmcState, "certificate.pem");
    public string HostState => Path.Combine(Root, "host");
    public string SocLogs => Path.Combine(Root, "soc-logs");
}
