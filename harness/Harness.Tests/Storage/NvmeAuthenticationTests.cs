using Lab.Harness.Consoles;
using Lab.Harness.Images;
using Lab.Protocols.NvmeTcp;

namespace Lab.Harness.Tests.Storage;

/// <summary>Linux's DH-HMAC-CHAP judges the target's. Debian 12's own kernel is built without it (CONFIG_NVME_HOST_AUTH), that of its backports with it.</summary>
public sealed class NvmeAuthenticationTests(NvmeAuthenticationTests.AuthenticatingHost host) : IClassFixture<NvmeAuthenticationTests.AuthenticatingHost>
{
    private const long VolumeBytes = 64 << 20;

    private static readonly string Secret = DhchapSecret.Format([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);
    private static readonly string ControllerSecret = DhchapSecret.Format([.. Enumerable.Range(101, 32).Select(i => (byte)i)]);
    private static readonly string WrongSecret = DhchapSecret.Format(new byte[32]);

    [Fact]
    public async Task Host_WithItsSecret_ConnectsWritesAndVerifies()
    {
        SkipWithoutKernel();
        var (_, subnqn) = await host.ExportAsync("chap", VolumeBytes, Secret);
        Assert.NotEqual(0, (await TryConnectAsync(subnqn, "")).ExitCode);
        Assert.NotEqual(0, (await TryConnectAsync(subnqn, $"--dhchap-secret={WrongSecret}")).ExitCode);

        var device = await host.ConnectAsync(subnqn, more: $"--dhchap-secret={Secret} --hdr-digest --data-digest");
        await VerifyAsync(device);
        await host.DisconnectAsync(subnqn);
    }

    [Fact]
    public async Task Target_ThatIsAsked_AuthenticatesItself()
    {
        SkipWithoutKernel();
        var (_, subnqn) = await host.ExportAsync("both", VolumeBytes, Secret, ControllerSecret);
        Assert.NotEqual(0, (await TryConnectAsync(subnqn, $"--dhchap-secret={Secret} --dhchap-ctrl-secret={WrongSecret}")).ExitCode);

        var device = await host.ConnectAsync(subnqn, more: $"--dhchap-secret={Secret} --dhchap-ctrl-secret={ControllerSecret}");
        await host.RunAsync($"dd if=/dev/{device} of=/dev/null bs=1M count=4 iflag=direct");
        await host.DisconnectAsync(subnqn);
    }

    private void SkipWithoutKernel() => Assert.SkipWhen(host.Missing is not null, host.Missing ?? "");

    private Task<GuestResult> TryConnectAsync(string subnqn, string secrets) =>
        host.TryRunAsync($"nvme connect -t tcp -a {LinuxNvmeHost.TargetAddress} -s {host.Ports[0]} -n {subnqn} {secrets}");

    private Task<string> VerifyAsync(string device) => host.RunAsync(
        $"fio --name=v --filename=/dev/{device} --rw=randwrite --bsrange=4k-64k --size=8m --io_size=16m --direct=1 --ioengine=libaio --iodepth=32 "
        + "--verify=crc32c --verify_fatal=1 --minimal");

    /// <summary>A guest whose kernel authenticates.</summary>
    public sealed class AuthenticatingHost : LinuxNvmeHost
    {
        /// <summary>Why there is no such kernel: not every mirror has the backports. Null where there is one.</summary>
        public string? Missing { get; private set; }

        protected override ImageRecipe Recipe { get; } = new("probe-backports", "Probe", ".raw", "LAB_KERNEL_SUITE=bookworm-backports");

        public override async ValueTask InitializeAsync()
        {
            try
            {
                await base.InitializeAsync();
            }
            catch (LabException e) when (e.Message.Contains("build.sh inputs failed", StringComparison.Ordinal))
            {
                Missing = e.Message;
            }
        }
    }
}
