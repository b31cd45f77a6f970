using Lab.Manager.Networking;

namespace Lab.Manager.Tests.Networking;

public sealed class Ipv4CidrTests
{
    [Theory]
    [InlineData("192.168.1.0/24", "192.168.1.0/24", "192.168.1.1", "192.168.1.254")]
    [InlineData("192.168.1.77/24", "192.168.1.0/24", "192.168.1.1", "192.168.1.254")]
    [InlineData("10.0.0.0/8", "10.0.0.0/8", "10.0.0.1", "10.255.255.254")]
    [InlineData("10.0.0.4/31", "10.0.0.4/31", "10.0.0.4", "10.0.0.5")]
    [InlineData("255.255.255.252/30", "255.255.255.252/30", "255.255.255.253", "255.255.255.254")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0", "0.0.0.1", "255.255.255.254")]
    public void TryParse_OfAPrefix_GivesItsHosts(string text, string cidr, string first, string last)
    {
        Assert.True(Ipv4Cidr.TryParse(text, out var read));
        Assert.Equal(cidr, read.ToString());
        Assert.Equal(first, Ipv4Cidr.FormatAddress(read.FirstHost));
        Assert.Equal(last, Ipv4Cidr.FormatAddress(read.LastHost));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("10.0.0.0")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/+8")]
    [InlineData("10.0.0/8")]
    [InlineData("010.0.0.0/8")]
    [InlineData("0x0a.0.0.0/8")]
    [InlineData("10.0.0.256/8")]
    [InlineData("10.0.0.0/8 ")]
    [InlineData("::/0")]
    public void TryParse_OfSomethingElse_Fails(string? text) => Assert.False(Ipv4Cidr.TryParse(text, out _));

    [Theory]
    [InlineData("10.0.0.0/24", "10.0.1.0/24", false)]
    [InlineData("10.0.0.0/24", "10.0.0.128/25", true)]
    [InlineData("10.0.0.128/25", "10.0.0.0/24", true)]
    [InlineData("0.0.0.0/0", "10.0.0.0/24", true)]
    public void Overlaps_OfTwoPrefixes_IsWhetherOneHoldsTheOther(string one, string other, bool expected)
    {
        Assert.True(Ipv4Cidr.TryParse(one, out var a));
        Assert.True(Ipv4Cidr.TryParse(other, out var b));
        Assert.Equal(expected, a.Overlaps(b));
    }

    [Theory]
    [InlineData("10.0.0.0/29", "10.0.0.1", "10.0.0.2-10.0.0.6")]
    [InlineData("10.0.0.0/29", "10.0.0.3", "10.0.0.1-10.0.0.2,10.0.0.4-10.0.0.6")]
    [InlineData("10.0.0.0/29", "10.0.0.6", "10.0.0.1-10.0.0.5")]
    [InlineData("10.0.0.0/29", null, "10.0.0.1-10.0.0.6")]
    public void AllBut_OfAGateway_LeavesIt(string cidr, string? gateway, string expected)
    {
        Assert.True(Ipv4Cidr.TryParse(cidr, out var read));
        uint? excluded = Ipv4Cidr.TryParseAddress(gateway, out var address) ? address : null;

        var pools = AddressRange.AllBut(read, excluded);

        Assert.Equal(expected, AddressRange.FormatList(pools));
        Assert.True(AddressRange.TryParseList(expected, out var again));
        Assert.Equal(pools, again);
    }

    [Fact]
    public void Choose_AtTheEndOfTheAddressSpace_Ends()
    {
        var pool = new AddressRange(uint.MaxValue - 1, uint.MaxValue);

        Assert.Equal(uint.MaxValue, AddressAllocator.Choose([pool], new HashSet<uint> { uint.MaxValue - 1 }));
        Assert.Null(AddressAllocator.Choose([pool], new HashSet<uint> { uint.MaxValue - 1, uint.MaxValue }));
    }

    [Theory]
    [InlineData("FA:16:3E:00:11:22", "fa:16:3e:00:11:22")]
    [InlineData("02-00-00-00-00-01", "02:00:00:00:00:01")]
    [InlineData("01:00:5e:00:00:01", null)]
    [InlineData("ff:ff:ff:ff:ff:ff", null)]
    [InlineData("00:00:00:00:00:00", null)]
    [InlineData("fa:16:3e:00:11", null)]
    [InlineData("fa:16:3e:00:11:2g", null)]
    [InlineData("fa:16:3e:00:11:22:33", null)]
    [InlineData("fa 16 3e 00 11 22", null)]
    public void TryNormalize_OfAMac_TakesUnicastOnly(string text, string? expected)
    {
        Assert.Equal(expected is not null, MacAddress.TryNormalize(text, out var mac));
        Assert.Equal(expected ?? mac, mac);
    }
}
