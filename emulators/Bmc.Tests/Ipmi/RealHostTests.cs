using System.Globalization;
using Lab.Emulators.Bmc.Tests.Ipmi.Testbed;
using Lab.Emulators.Bmc.Tests.Testbed;
using Lab.Emulators.Host.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Ipmi;

/// <summary>IPMI of the program itself, over a real domain with a guest in it.</summary>
[Collection(BmcTestbed.Collection)]
public sealed class RealHostTests(BmcTestbed bed)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(3)]
    [InlineData(17)]
    public async Task SerialOverLan_OfABootedGuest_IsItsShell(int suite)
    {
        await bed.BootAsync();
        await using var console = await Terminal.StartAsync(
            Ipmitool.Command(bed.Ipmi, suite, BmcTestbed.UserName, BmcTestbed.Password, "sol", "activate"));
        await console.WaitForOutputAsync("SOL Session operational", Limit, Token);
        await console.TypeAsync("echo sum-is-$((6*7))\r", Token);
        await console.WaitForOutputAsync("sum-is-42", Limit, Token);
        // More than many packets of output, whole and in order.
        await console.TypeAsync("seq 1000 1999; echo all-'said'\r", Token);
        await console.WaitForOutputAsync("all-said", Limit, Token);
        var numbers = console.Output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line.Length == 4 && int.TryParse(line, CultureInfo.InvariantCulture, out _)).ToList();
        Assert.Equal(Enumerable.Range(1000, 1000).Select(n => n.ToString(CultureInfo.InvariantCulture)), numbers);
        await console.TypeAsync("\r~.", Token);
        await console.WaitForOutputAsync("terminated ipmitool", Limit, Token);
    }

    [Fact]
    public async Task Power_ByIpmi_SwitchesTheDomain()
    {
        await bed.ResetAsync("ForceOff");
        Assert.Contains("is off", await IpmitoolAsync("power", "status"), StringComparison.Ordinal);
        await IpmitoolAsync("power", "on");
        Assert.True(bed.IsDomainActive());
        await IpmitoolAsync("power", "cycle");
        Assert.True(bed.IsDomainActive());
        Assert.Equal("On", await bed.PowerStateAsync());
        await IpmitoolAsync("power", "off");
        Assert.False(bed.IsDomainActive());
        Assert.Equal("Off", await bed.PowerStateAsync());
    }

    private Task<string> IpmitoolAsync(params string[] command) => RunningProcess.RunAsync(
        Ipmitool.Command(bed.Ipmi, 17, BmcTestbed.UserName, BmcTestbed.Password, command), Token);
}
