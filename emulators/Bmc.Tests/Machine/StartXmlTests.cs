using System.Xml.Linq;
using Lab.Emulators.Bmc.Machine;

namespace Lab.Emulators.Bmc.Tests.Machine;

public sealed class StartXmlTests
{
    private const string Domain = """
        <domain>
          <memory>524288</memory><vcpu>2</vcpu><os><type>hvm</type><boot dev="hd"/></os>
          <devices>
            <disk type="vhostuser" device="disk"><address type="pci" domain="0x0000" bus="0x02" slot="0x00" function="0x0"/></disk>
            <disk type="vhostuser" device="disk"><address type="pci" domain="0x0000" bus="0x01" slot="0x00" function="0x0"/></disk>
            <interface type="ethernet"><mac address="02:00:00:00:00:01"/><address type="pci" domain="0x0000" bus="0x03" slot="0x00" function="0x0"/></interface>
          </devices>
        </domain>
        """;

    [Theory]
    [InlineData(BootTarget.None, null, "disk 0x01,disk 0x02,interface 0x03")]
    [InlineData(BootTarget.Pxe, null, "interface 0x03,disk 0x01,disk 0x02")]
    [InlineData(BootTarget.Hdd, null, "disk 0x01,disk 0x02,interface 0x03")]
    [InlineData(BootTarget.UefiBootNext, "Boot0000", "disk 0x02,disk 0x01,interface 0x03")]
    public void Start_OfATarget_PutsItsDevicesFirst(BootTarget target, string? next, string order) =>
        Assert.Equal(order, Order(StartXml.Apply(Domain, new MachineStart(target, next, [], []))));

    [Fact]
    public void Start_WithAnOrder_FollowsIt() =>
        Assert.Equal(
            "interface 0x03,disk 0x02,disk 0x01", Order(StartXml.Apply(Domain, new MachineStart(BootTarget.None, null, ["Boot0002", "Boot0000"], []))));

    [Fact]
    public void Start_WithACd_HasADriveThatBootsOnlyWhereWanted()
    {
        var media = new StartMedia("Cd", "/tmp/a.iso", IsCd: true);
        var wanted = XElement.Parse(StartXml.Apply(Domain, new MachineStart(BootTarget.Cd, null, [], [media])));
        var drive = wanted.Descendants("disk").Single(disk => (string?)disk.Attribute("device") == "cdrom");
        Assert.Equal("1", drive.Element("boot")!.Attribute("order")!.Value);
        Assert.Equal("/tmp/a.iso", drive.Element("source")!.Attribute("file")!.Value);
        var plain = XElement.Parse(StartXml.Apply(Domain, new MachineStart(BootTarget.None, null, [], [media])));
        Assert.Equal("4", plain.Descendants("disk").Single(disk => (string?)disk.Attribute("device") == "cdrom").Element("boot")!.Attribute("order")!.Value);
        Assert.Null(wanted.Element("os")!.Element("boot"));
    }

    [Fact]
    public void ChangeMedia_OfADriveThatIsThere_EmptiesIt()
    {
        var running = StartXml.Apply(Domain, new MachineStart(BootTarget.None, null, [], [new StartMedia("Cd", "/tmp/a.iso", IsCd: true)]));
        Assert.DoesNotContain("/tmp/a.iso", StartXml.ChangeMedia(running, "Cd", null), StringComparison.Ordinal);
        Assert.Null(StartXml.ChangeMedia(Domain, "Cd", "/tmp/b.iso"));
    }

    private static string Order(string xml) => string.Join(',', XElement.Parse(xml).Element("devices")!.Elements()
        .OrderBy(device => (int)device.Element("boot")!.Attribute("order")!)
        .Select(device => $"{device.Name} {device.Element("address")!.Attribute("bus")!.Value}"));
}
