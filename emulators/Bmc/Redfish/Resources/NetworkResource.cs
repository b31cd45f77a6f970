using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Machine;
using Lab.Emulators.Bmc.Profiles;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>
/// The host's EthernetInterfaces and NetworkInterfaces, and the chassis' NetworkAdapters that they are ports of (DSP2046). An adapter of a
/// libvirt host is a function that the DPU plugged in.
/// </summary>
internal static class NetworkResource
{
    private const string EthernetTemplate = Paths.AnySystem + "/EthernetInterfaces";
    private const string InterfacesTemplate = Paths.AnySystem + "/NetworkInterfaces";
    private const string AdaptersTemplate = Paths.AnyChassis + "/NetworkAdapters";
    private const string AdapterTemplate = AdaptersTemplate + "/{adapter}";

    internal static void MapNetwork(this ResourceTable table)
    {
        table.CollectionAsync(EthernetTemplate, "EthernetInterfaceCollection", "Ethernet interfaces", async request =>
            (await PortsAsync(request)).Select(port => $"{request.Path}/{port.Id}"));
        table.AddAsync(EthernetTemplate + "/{port}", ReadEthernetAsync);
        table.CollectionAsync(InterfacesTemplate, "NetworkInterfaceCollection", "Network interfaces", async request =>
            (await AdaptersAsync(request)).Select(id => $"{request.Path}/{id}"));
        table.AddAsync(InterfacesTemplate + "/{adapter}", ReadInterfaceAsync);
        table.CollectionAsync(AdaptersTemplate, "NetworkAdapterCollection", "Network adapters", async request =>
            (await AdaptersAsync(request)).Select(id => $"{request.Path}/{id}"));
        table.AddAsync(AdapterTemplate, ReadAdapterAsync);
        table.CollectionAsync(AdapterTemplate + "/Ports", "PortCollection", "Ports", async request =>
            await PortsOfAsync(request) is { Count: > 0 } ports ? ports.Select(port => $"{request.Path}/{port.Id}") : null);
        table.AddAsync(AdapterTemplate + "/Ports/{port}", ReadPortAsync);
        table.CollectionAsync(AdapterTemplate + "/NetworkDeviceFunctions", "NetworkDeviceFunctionCollection", "Network device functions", async request =>
            await PortsOfAsync(request) is { Count: > 0 } ports ? ports.Select(port => $"{request.Path}/{port.Id}") : null);
        table.AddAsync(AdapterTemplate + "/NetworkDeviceFunctions/{port}", ReadFunctionAsync);
    }

    private static async Task<IReadOnlyList<NetworkPort>> PortsAsync(RedfishRequest request) =>
        (await request.Bmc.ReadHardwareAsync(request.Token)).Ports;

    private static async Task<IEnumerable<string>> AdaptersAsync(RedfishRequest request) => (await PortsAsync(request)).Select(port => port.Adapter).Distinct();

    private static async Task<List<NetworkPort>> PortsOfAsync(RedfishRequest request) =>
        [.. (await PortsAsync(request)).Where(port => port.Adapter == request["adapter"])];

    private static string AdapterPath(RedfishRequest request, string id) => $"{request.Paths.Chassis}/NetworkAdapters/{id}";

    private static async ValueTask<JsonObject?> ReadEthernetAsync(RedfishRequest request)
    {
        if ((await PortsAsync(request)).FirstOrDefault(port => port.Id == request["port"]) is not { } port)
            return null;
        var ethernet = Json.Resource(request.Path, "EthernetInterface.v1_12_4.EthernetInterface", port.Id, "Ethernet interface " + port.Id);
        ethernet["MACAddress"] = port.Mac;
        ethernet["PermanentMACAddress"] = port.Mac;
        ethernet["InterfaceEnabled"] = true;
        ethernet["LinkStatus"] = port.HasLink ? "LinkUp" : "NoLink";
        if (port.SpeedMbps is { } speed)
            ethernet["SpeedMbps"] = speed;
        ethernet["Status"] = Json.Status();
        ethernet["Links"] = new JsonObject
        {
            ["NetworkDeviceFunctions"] = Json.Links($"{AdapterPath(request, port.Adapter)}/NetworkDeviceFunctions/{port.Id}"),
        };
        return ethernet;
    }

    private static async ValueTask<JsonObject?> ReadInterfaceAsync(RedfishRequest request)
    {
        var id = request["adapter"];
        if (await PortsOfAsync(request) is { Count: 0 })
            return null;
        var adapter = AdapterPath(request, id);
        var resource = Json.Resource(request.Path, "NetworkInterface.v1_2_3.NetworkInterface", id, "Network interface " + id);
        resource["Ports"] = Json.Link(adapter + "/Ports");
        resource["NetworkDeviceFunctions"] = Json.Link(adapter + "/NetworkDeviceFunctions");
        resource["Status"] = Json.Status();
        resource["Links"] = new JsonObject { ["NetworkAdapter"] = Json.Link(adapter) };
        return resource;
    }

    private static async ValueTask<JsonObject?> ReadAdapterAsync(RedfishRequest request)
    {
        var id = request["adapter"];
        var ports = await PortsOfAsync(request);
        if (ports.Count == 0)
            return null;
        var hardware = await request.Bmc.ReadHardwareAsync(request.Token);
        var functions = hardware.PciFunctions.Where(f => ports.Any(port => port.PciFunction == f.Id)).ToList();
        var known = request.Profile.Nics.FirstOrDefault(nic => nic.Id == id);
        var adapter = Json.Resource(request.Path, "NetworkAdapter.v1_14_0.NetworkAdapter", id, "Network adapter " + id);
        adapter["Manufacturer"] = known?.Manufacturer ?? functions.FirstOrDefault()?.Manufacturer;
        adapter["Model"] = known?.Model ?? functions.FirstOrDefault()?.Model;
        if (known is not null)
            adapter["PartNumber"] = known.PartNumber;
        adapter["Ports"] = Json.Link(request.Path + "/Ports");
        adapter["NetworkDeviceFunctions"] = Json.Link(request.Path + "/NetworkDeviceFunctions");
        adapter["Controllers"] = new JsonArray(new JsonObject
        {
            ["FirmwarePackageVersion"] = UpdateResource.VersionOf(request.Profile, request.State, UpdateResource.NicId),
            ["Links"] = new JsonObject
            {
                ["PCIeDevices"] = Json.Links(functions.Select(f => f.DevicePath).Distinct().Select(device => PcieResource.DevicePath(request, device))),
                ["Ports"] = Json.Links(ports.Select(port => $"{request.Path}/Ports/{port.Id}")),
                ["NetworkDeviceFunctions"] = Json.Links(ports.Select(port => $"{request.Path}/NetworkDeviceFunctions/{port.Id}")),
            },
        });
        adapter["Status"] = Json.Status();
        return adapter;
    }

    private static async ValueTask<JsonObject?> ReadPortAsync(RedfishRequest request)
    {
        if ((await PortsOfAsync(request)).Find(port => port.Id == request["port"]) is not { } port)
            return null;
        const double MbpsPerGbps = 1000;
        var resource = Json.Resource(request.Path, "Port.v1_18_0.Port", port.Id, "Port " + port.Id);
        resource["PortId"] = port.Id;
        resource["PortProtocol"] = "Ethernet";
        resource["LinkNetworkTechnology"] = "Ethernet";
        resource["LinkStatus"] = port.HasLink ? "LinkUp" : "LinkDown";
        resource["Enabled"] = true;
        if (port.SpeedMbps is { } speed)
            resource["CurrentSpeedGbps"] = speed / MbpsPerGbps;
        resource["Ethernet"] = new JsonObject { ["AssociatedMACAddresses"] = new JsonArray(port.Mac) };
        resource["Status"] = Json.Status();
        return resource;
    }

    private static async ValueTask<JsonObject?> ReadFunctionAsync(RedfishRequest request)
    {
        if ((await PortsOfAsync(request)).Find(port => port.Id == request["port"]) is not { } port)
            return null;
        var hardware = await request.Bmc.ReadHardwareAsync(request.Token);
        var function = Json.Resource(
            request.Path, "NetworkDeviceFunction.v1_11_1.NetworkDeviceFunction", port.Id, "Network device function " + port.Id);
        function["NetDevFuncType"] = "Ethernet";
        function["NetDevFuncCapabilities"] = new JsonArray("Ethernet");
        function["DeviceEnabled"] = true;
        function["BootMode"] = "PXE";
        function["Ethernet"] = new JsonObject { ["MACAddress"] = port.Mac, ["PermanentMACAddress"] = port.Mac };
        function["Status"] = Json.Status();
        var links = new JsonObject
        {
            ["EthernetInterfaces"] = Json.Links($"{request.Paths.System}/EthernetInterfaces/{port.Id}"),
            ["PhysicalNetworkPortAssignment"] = Json.Link($"{AdapterPath(request, port.Adapter)}/Ports/{port.Id}"),
        };
        if (PcieResource.FunctionPath(request, hardware, port.PciFunction) is { } path)
            links["PCIeFunction"] = Json.Link(path);
        function["Links"] = links;
        return function;
    }
}
