namespace Lab.Contracts.Testbeds;

/// <summary>A testbed file, validated: what the lab raises or finds, before any of it exists.</summary>
public sealed record Testbed
{
    /// <summary>Names every object the lab makes; lower case letters, digits and dashes.</summary>
    public required string Name { get; init; }
    public required ManagerSource Manager { get; init; }
    public required IReadOnlyList<StorageTarget> Storage { get; init; }
    public required IReadOnlyList<TestbedNode> Nodes { get; init; }
}

/// <summary>Where the manager comes from.</summary>
public abstract record ManagerSource
{
    private ManagerSource() { }

    /// <param name="Directory">Root of a built checkout whose manager and agent are run; relative to the lab's own checkout.</param>
    public sealed record Build(string Directory) : ManagerSource;

    /// <summary>A manager that already runs.</summary>
    public sealed record Running(Uri Url) : ManagerSource;
}

/// <param name="PoolBytes">Space that volumes may take together.</param>
public sealed record StorageTarget(string Name, string Protocol, long PoolBytes);

/// <summary>A bare-metal host with its DPU and BMC.</summary>
public abstract record TestbedNode(string Name);

/// <param name="HostVcpus">Virtual CPUs of the host.</param>
/// <param name="SocCpus">CPUs of the DPU's system on chip; fractions are allowed.</param>
public sealed record EmulatedNode(string Name, int HostVcpus, long HostMemoryBytes, double SocCpus, long SocMemoryBytes) : TestbedNode(Name);

/// <param name="Serial">Board serial number of the DPU; a real node is never touched unless it is listed.</param>
/// <param name="Redfish">Where the host's BMC serves Redfish.</param>
/// <param name="Secret">Name of the environment variable that holds <c>user:password</c> of that BMC.</param>
public sealed record RealNode(string Name, string Serial, Uri Redfish, string Secret) : TestbedNode(Name);
