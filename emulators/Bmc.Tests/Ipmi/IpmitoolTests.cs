using Lab.Emulators.Bmc.Tests.Ipmi.Testbed;

namespace Lab.Emulators.Bmc.Tests.Ipmi;

/// <summary>ipmitool as judge: every subcommand that people use.</summary>
public sealed class IpmitoolTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(17)]
    [InlineData(null)]
    public async Task Login_EverySuite_ReadsTheDeviceId(int? suite)
    {
        await using var bmc = new IpmiBmc();
        var output = await Ipmitool.RunAsync(bmc.Address, suite, "mc", "info");
        TestContext.Current.TestOutputHelper!.WriteLine(output);
        Assert.Contains("IPMI Version              : 2.0", output, StringComparison.Ordinal);
    }
}
