using System.Globalization;
using Lab.Contracts.Testbeds;
using Lab.Harness.Images;
using Lab.Interop.Docker;

namespace Lab.Harness.Launch;

/// <summary>
/// The system on chip of one emulated DPU: a container without network of its own, with a SoC's CPU and memory and no capability more
/// than Open vSwitch and the agent need.
/// </summary>
public sealed class SocContainer(TestbedPaths paths, EmulatedNode node, int index)
{
    private const string AuthorityFile = "/etc/bm-agent/ca.pem";

    public string Name => paths.Container(node.Name);

    /// <param name="enrolmentToken">Spent by the agent's first connection.</param>
    /// <returns>The container's first process, whose network namespace the DPU's links go to.</returns>
    public async Task<int> StartAsync(
        DockerClient docker, string image, Programs underTest, string authority, string enrolmentToken,
        IReadOnlyDictionary<string, string> tracing, CancellationToken token)
    {
        var addresses = AddressPlan.Node(index);
        var files = paths.Node(node.Name);
        var serial = RunningTestbed.SerialOf(node.Name);
        var container = await docker.Containers.CreateContainerAsync(new CreateContainerParameters
        {
            Name = Name,
            Image = image,
            Hostname = node.Name + "-dpu",
            Labels = new Dictionary<string, string> { [TestbedPaths.DockerLabel] = paths.Testbed, ["lab.node"] = node.Name },
            Env =
            [
                TestbedPaths.SocVariable + "=" + paths.Testbed,
                "LAB_DPUD_ARGS=" + string.Join(' ',
                    "--rpc-socket /run/dpu/spdk.sock --virtnet-socket /run/dpu/virtnet.sock",
                    "--pcie-socket /run/pcie/pcie.sock --vhost-dir /run/vhost --state-dir /var/lib/dpud",
                    "--board-serial " + serial),
                "LAB_AGENT_ARGS=" + string.Join(' ',
                    $"--manager {ControlPlane.Link} --ca {AuthorityFile} --serial {serial}",
                    "--spdk-socket /run/dpu/spdk.sock --virtnet-socket /run/dpu/virtnet.sock",
                    $"--ipmi-socket /run/bmc/ipmi.sock --bmc https://{addresses.SidebandBmc}",
                    "--state-dir /var/lib/bm-agent --run-dir /run/bm-agent",
                    $"--storage-address {addresses.Management} --tunnel-address {addresses.Tunnel}/24 --uplink p0"),
                "LAB_ENROL_TOKEN=" + enrolmentToken,
                .. tracing.Select(t => $"{t.Key}={t.Value}"),
            ],
            HostConfig = new HostConfig
            {
                NetworkMode = "none",
                CapDrop = ["ALL"],
                CapAdd = SocImage.Capabilities,
                SecurityOpt = ["no-new-privileges"],
                Devices = [new DeviceMapping("/dev/net/tun", "/dev/net/tun", "rwm")],
                NanoCpus = (long)(node.SocCpus * 1e9),
                Memory = node.SocMemoryBytes,
                PidsLimit = 512,
                Tmpfs = new Dictionary<string, string> { ["/run"] = "mode=755" },
                Binds =
                [
                    $"{Programs.DotnetRoot}:{SocImage.DotnetPath}:ro",
                    $"{underTest.DirectoryOf("Lab.Agent")}:{SocImage.AgentPath}:ro",
                    $"{Programs.Own.DirectoryOf("Lab.Emulators.Dpu")}:{SocImage.DpudPath}:ro",
                    $"{authority}:{AuthorityFile}:ro",
                    $"{Path.GetDirectoryName(files.PcieSocket)}:/run/pcie",
                    $"{Path.GetDirectoryName(files.IpmiSocket)}:/run/bmc",
                    $"{files.VhostDirectory}:/run/vhost",
                    $"{files.SocLogs}:{SocImage.LogPath}",
                ],
            },
        }, token);
        await docker.Containers.StartContainerAsync(container.Id, token);
        var state = (await docker.Containers.InspectContainerAsync(container.Id, token)).State;
        return state is { Running: true, Pid: > 0 }
            ? state.Pid
            : throw new LabException(string.Create(
                CultureInfo.InvariantCulture, $"the SoC {Name} ended at once with {state.ExitCode}; see {files.SocLogs}"));
    }
}
