using System.Globalization;
using Lab.Contracts.Testbeds;
using Lab.Harness.Cloud;

namespace Lab.Harness.Launch;

/// <summary>Raises one emulated node: its SoC, the links of the SoC, then the host and BMC around it.</summary>
internal sealed class EmulatedNodeLaunch(TestbedPaths paths, EmulatedNode node, int index, RunningTestbed testbed)
{
    public async Task StartAsync(Programs underTest, IReadOnlyDictionary<string, string> tracing, CancellationToken token)
    {
        var emulators = new NodeEmulators(paths, node, index);
        emulators.MakeDirectories();
        var container = new SocContainer(paths, node, index);
        var enrolment = await testbed.Admin.CreateEnrolmentTokenAsync(token);
        var processId = await container.StartAsync(
            testbed.Docker.Client, testbed.SocImage, underTest, testbed.Plane.ManagerAuthority, enrolment, tracing, token);
        await new TestbedNetwork(paths).ConnectSocAsync(index, processId, token);
        await emulators.StartAsync(testbed.Plane, processId, testbed.Accelerator, testbed.Secrets, token);
    }
}
