using System.Net;
using Lab.Emulators.Bmc.Machine;
using Lab.Emulators.Bmc.Profiles;

namespace Lab.Emulators.Bmc.Tests.Machine;

public sealed class FleetTests
{
    private static readonly BmcOptions First = new()
    {
        Host = new SimulatedHost(new SimulatedTimes()),
        Name = "m",
        SerialNumber = "s",
        Listen = IPEndPoint.Parse("127.0.1.254:8443"),
        Ipmi = IPEndPoint.Parse("127.0.1.254:6230"),
        UserName = "u",
        Password = "p",
    };

    [Fact]
    public void Fleet_ByPorts_CountsUpAndTheCardIsBesideTheHost()
    {
        var fleet = new FleetPlan(2, FleetSpread.Ports, ProfileCatalog.Load("bluefield3")).Apply(First);
        Assert.Equal(["m-0", "m-0-dpu", "m-1", "m-1-dpu"], fleet.Select(one => one.Name));
        Assert.Equal([8443, 8444, 8445, 8446], fleet.Select(one => one.Listen.Port));
        Assert.Equal([6230, null, 6231, null], fleet.Select(one => one.Ipmi?.Port));
        Assert.Equal("bluefield3", fleet[1].Profile.Name);
    }

    [Fact]
    public void Fleet_ByAddresses_KeepsThePorts()
    {
        var fleet = new FleetPlan(3, FleetSpread.Addresses, null).Apply(First);
        Assert.Equal(["127.0.1.254:8443", "127.0.1.255:8443", "127.0.2.0:8443"], fleet.Select(one => one.Listen.ToString()));
        Assert.Equal("127.0.2.0:6230", fleet[2].Ipmi!.ToString());
    }
}
