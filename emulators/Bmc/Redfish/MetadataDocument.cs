using System.Text;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>$metadata: where DMTF publishes the schemas of what this service shows (DSP0266 §8.5.2).</summary>
internal static class MetadataDocument
{
    private const string Address = "http://redfish.dmtf.org/schemas/v1/";
    private const string RootNamespace = "ServiceRoot.v1_20_0";

    /// <summary>Schemas and the version this service follows; null is one without versions.</summary>
    private static readonly (string Schema, string? Version)[] Schemas =
    [
        ("AccountService", "v1_18_1"), ("AttributeRegistry", "v1_4_0"), ("Bios", "v1_2_3"), ("BootOption", "v1_0_6"), ("BootOptionCollection", null),
        ("Certificate", "v1_11_0"), ("CertificateCollection", null), ("CertificateLocations", "v1_0_4"), ("CertificateService", "v1_2_1"),
        ("Chassis", "v1_28_0"), ("ChassisCollection", null), ("ComputerSystem", "v1_27_0"), ("ComputerSystemCollection", null),
        ("Drive", "v1_22_0"), ("DriveCollection", null), ("EnvironmentMetrics", "v1_5_0"), ("EthernetInterface", "v1_12_4"),
        ("EthernetInterfaceCollection", null), ("Event", "v1_13_0"), ("EventDestination", "v1_16_0"), ("EventDestinationCollection", null),
        ("EventService", "v1_12_0"), ("Fan", "v1_6_0"), ("FanCollection", null), ("HostInterface", "v1_3_3"), ("HostInterfaceCollection", null),
        ("LogEntry", "v1_21_0"), ("LogEntryCollection", null), ("LogService", "v1_9_0"), ("LogServiceCollection", null), ("Manager", "v1_24_0"),
        ("ManagerAccount", "v1_14_1"), ("ManagerAccountCollection", null), ("ManagerCollection", null), ("ManagerNetworkProtocol", "v1_12_0"),
        ("Memory", "v1_23_0"), ("MemoryCollection", null), ("Message", "v1_3_0"), ("MessageRegistry", "v1_7_0"), ("MessageRegistryFile", "v1_1_5"),
        ("MessageRegistryFileCollection", null), ("MetricDefinition", "v1_3_5"), ("MetricDefinitionCollection", null), ("MetricReport", "v1_5_2"),
        ("MetricReportCollection", null), ("MetricReportDefinition", "v1_4_7"), ("MetricReportDefinitionCollection", null),
        ("NetworkAdapter", "v1_14_0"), ("NetworkAdapterCollection", null), ("NetworkDeviceFunction", "v1_11_1"),
        ("NetworkDeviceFunctionCollection", null), ("NetworkInterface", "v1_2_3"), ("NetworkInterfaceCollection", null), ("PCIeDevice", "v1_21_0"),
        ("PCIeDeviceCollection", null), ("PCIeFunction", "v1_7_0"), ("PCIeFunctionCollection", null), ("Port", "v1_18_0"), ("PortCollection", null),
        ("Power", "v1_7_3"), ("PowerSubsystem", "v1_1_3"), ("PowerSupply", "v1_6_0"), ("PowerSupplyCollection", null), ("Processor", "v1_22_0"),
        ("ProcessorCollection", null), ("Resource", "v1_23_0"), ("Role", "v1_3_3"), ("RoleCollection", null), ("SecureBoot", "v1_1_2"),
        ("SecureBootDatabase", "v1_0_3"), ("SecureBootDatabaseCollection", null), ("Sensor", "v1_12_0"), ("SensorCollection", null),
        ("SerialInterface", "v1_3_0"), ("SerialInterfaceCollection", null), ("ServiceRoot", "v1_20_0"), ("Session", "v1_8_0"),
        ("SessionCollection", null), ("SessionService", "v1_2_0"), ("Settings", "v1_4_0"), ("Signature", "v1_0_3"), ("SignatureCollection", null),
        ("SoftwareInventory", "v1_13_0"), ("SoftwareInventoryCollection", null), ("Storage", "v1_21_0"), ("StorageCollection", null),
        ("StorageController", "v1_11_0"), ("StorageControllerCollection", null), ("Task", "v1_7_4"), ("TaskCollection", null),
        ("TaskService", "v1_3_0"), ("TelemetryService", "v1_4_1"), ("Thermal", "v1_7_3"), ("ThermalMetrics", "v1_3_2"),
        ("ThermalSubsystem", "v1_5_0"), ("UpdateService", "v1_17_0"), ("VirtualMedia", "v1_6_5"), ("VirtualMediaCollection", null),
        ("Volume", "v1_10_2"), ("VolumeCollection", null),
    ];

    internal static byte[] Bytes { get; } = Encoding.UTF8.GetBytes(Build());

    private static string Build()
    {
        var text = new StringBuilder();
        text.AppendLine("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        text.AppendLine("<edmx:Edmx xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\" Version=\"4.0\">");
        foreach (var (schema, version) in Schemas)
        {
            text.AppendLine($"  <edmx:Reference Uri=\"{Address}{schema}_v1.xml\">");
            text.AppendLine($"    <edmx:Include Namespace=\"{schema}\"/>");
            if (version is not null)
                text.AppendLine($"    <edmx:Include Namespace=\"{schema}.{version}\"/>");
            text.AppendLine("  </edmx:Reference>");
        }
        text.AppendLine($"  <edmx:Reference Uri=\"{Address}RedfishExtensions_v1.xml\">");
        text.AppendLine("    <edmx:Include Namespace=\"RedfishExtensions.v1_0_0\" Alias=\"Redfish\"/>");
        text.AppendLine("  </edmx:Reference>");
        text.AppendLine("  <edmx:DataServices>");
        text.AppendLine("    <Schema xmlns=\"http://docs.oasis-open.org/odata/ns/edm\" Namespace=\"Service\">");
        text.AppendLine($"      <EntityContainer Name=\"Service\" Extends=\"{RootNamespace}.ServiceContainer\"/>");
        text.AppendLine("    </Schema>");
        text.AppendLine("  </edmx:DataServices>");
        text.AppendLine("</edmx:Edmx>");
        return text.ToString();
    }
}
