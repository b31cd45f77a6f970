using Lab.Harness.Launch;
using Lab.Harness.Testbeds;

namespace Lab.Harness.Tests.Launch;

public sealed class AddressPlanTests
{
    [Fact]
    public void Node_Third_HasThePlannedAddresses()
    {
        var (management, tunnel, bmc, sidebandBmc, sidebandSoc) = AddressPlan.Node(2);
        Assert.Equal(
            ["10.20.0.13", "10.30.0.13", "10.20.0.103", "169.254.3.1", "169.254.3.2"],
            new[] { management, tunnel, bmc, sidebandBmc, sidebandSoc }.Select(a => a.ToString()));
    }

    [Fact]
    public void Node_AsManyAsATestbedMayHave_ShareNoAddress()
    {
        var all = Enumerable.Range(0, TestbedFile.NodesMax).Select(AddressPlan.Node)
            .SelectMany(n => new[] { n.Management, n.Tunnel, n.Bmc, n.SidebandBmc, n.SidebandSoc })
            .Concat([AddressPlan.Manager, AddressPlan.Storage, AddressPlan.Harness]).ToList();
        Assert.Equal(all.Count, all.Distinct().Count());
    }
}
