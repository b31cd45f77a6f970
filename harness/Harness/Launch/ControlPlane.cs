using System.Globalization;
using Lab.Contracts.Testbeds;
using Lab.Harness.Pki;
using Lab.Harness.Services;

namespace Lab.Harness.Launch;

/// <summary>Storage target and manager of a testbed, as services in its network namespace.</summary>
public sealed class ControlPlane(TestbedPaths paths)
{
    public const string AdminProject = "admin";
    public const string RedProject = "red";
    public const string BlueProject = "blue";

    public RunitService Manager { get; } = new(paths.Service("manager"), paths.LogOf("manager"));
    public RunitService Storage { get; } = new(paths.Service("storage"), paths.LogOf("storage"));

    public string ManagerState => paths.Under("manager");

    /// <summary>The manager's certificate authority, for clients of its APIs and for agents.</summary>
    public string ManagerAuthority => Path.Combine(ManagerState, "ca.pem");

    public static Uri Identity { get; } = new($"https://{AddressPlan.Manager}:{AddressPlan.ManagerPort}/identity/v3");

    public static Uri Link { get; } = new($"https://{AddressPlan.Manager}:{AddressPlan.LinkPort}");

    public async Task StartStorageAsync(StorageTarget target, TestbedAuthority authority, CancellationToken token)
    {
        var files = authority.Issue(paths.Under("storage", "tls"), target.Name, AddressPlan.Storage);
        var pool = Directory.CreateDirectory(paths.Under("storage", "pool")).FullName;
        await Storage.StartAsync(InNamespace(Programs.Own.Command(
            "Lab.Emulators.Storage",
            [
                "--pool", $"{pool}:{target.PoolBytes.ToString(CultureInfo.InvariantCulture)}",
                "--rest", $"{AddressPlan.Storage}:{AddressPlan.StoragePort}",
                .. FrontOf(target.Protocol),
                "--tls-cert", files.Certificate, "--tls-key", files.Key, "--client-ca", files.Authority,
            ])), Environment(), token);
    }

    /// <summary>One front alone: what is not offered needs no defence.</summary>
    private static string[] FrontOf(string protocol) => protocol == StorageProtocols.NvmeTcp
        ? ["--nvme-tcp", $"{AddressPlan.Storage}:{AddressPlan.NvmeTcpPort}"]
        : ["--nbd", $"{AddressPlan.Storage}:{AddressPlan.NbdPort}"];

    public async Task StartManagerAsync(
        Programs underTest, TestbedAuthority authority, TestbedSecrets secrets, IReadOnlyDictionary<string, string> tracing, CancellationToken token)
    {
        Directory.CreateDirectory(ManagerState);
        var files = authority.Issue(paths.Under("manager-tls"), "manager", address: null);
        var bootstrap = paths.Under("bootstrap.yaml");
        await File.WriteAllTextAsync(bootstrap, Bootstrap, token);
        var environment = Environment();
        foreach (var (name, value) in secrets.ForManager().Concat(tracing))
            environment[name] = value;
        await Manager.StartAsync(InNamespace(underTest.Command(
            "Lab.Manager",
            "--listen", $"{AddressPlan.Manager}:{AddressPlan.ManagerPort}",
            "--link", $"{AddressPlan.Manager}:{AddressPlan.LinkPort}",
            "--public-url", $"https://{AddressPlan.Manager}:{AddressPlan.ManagerPort}",
            "--state-dir", ManagerState,
            "--bootstrap", bootstrap,
            "--storage", $"https://{AddressPlan.Storage}:{AddressPlan.StoragePort}",
            "--storage-cert", files.Certificate, "--storage-key", files.Key, "--storage-ca", files.Authority)), environment, token);
    }

    /// <summary>Wraps a command so that it runs in the testbed's network namespace.</summary>
    public string[] InNamespace(IReadOnlyList<string> command) => ["nsenter", "--net=" + paths.NetworkNamespacePath, "--", .. command];

    public Dictionary<string, string> Environment() => new()
    {
        [TestbedPaths.OwnerVariable] = paths.Testbed,
        ["DOTNET_gcServer"] = "0",
        ["DOTNET_NOLOGO"] = "1",
    };

    private const string Bootstrap = $$"""
        projects: [{name: {{AdminProject}}}, {name: {{RedProject}}}, {name: {{BlueProject}}}]
        users:
          - {name: admin, password: env:{{TestbedSecrets.AdminVariable}}, roles: [{project: {{AdminProject}}, role: admin}]}
          - {name: red, password: env:{{TestbedSecrets.RedVariable}}, roles: [{project: {{RedProject}}, role: member}]}
          - {name: blue, password: env:{{TestbedSecrets.BlueVariable}}, roles: [{project: {{BlueProject}}, role: member}]}
        flavors: [{name: bm.small, vcpus: 1, ram_mib: 256, disk_gib: 1}]

        """;
}
