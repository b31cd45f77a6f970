using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Machine;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>PCIeDevice 1.21 and PCIeFunction 1.7 (DSP2046): what is on the host's bus now, so that they follow hot-plug.</summary>
internal static class PcieResource
{
    private const string Devices = "/PCIeDevices";
    private const string Functions = "/PCIeFunctions";
    private const string Template = Paths.AnyChassis + Devices;

    internal static void MapPcie(this ResourceTable table)
    {
        table.CollectionAsync(Template, "PCIeDeviceCollection", "PCIe devices", async request =>
            (await request.Bmc.ReadHardwareAsync(request.Token)).PciFunctions.Select(f => f.DevicePath).Distinct().Select(id => DevicePath(request, id)));
        table.AddAsync(Template + "/{device}", ReadDeviceAsync);
        table.CollectionAsync(Template + "/{device}" + Functions, "PCIeFunctionCollection", "PCIe functions", async request =>
            await FindAsync(request) is { Count: > 0 } functions ? functions.Select(f => FunctionPath(request, f)) : null);
        table.AddAsync(Template + "/{device}" + Functions + "/{function}", ReadFunctionAsync);
    }

    internal static string DevicePath(RedfishRequest request, string id) => $"{request.Paths.Chassis}{Devices}/{id}";

    internal static string FunctionPath(RedfishRequest request, PciFunction function) =>
        $"{DevicePath(request, function.DevicePath)}{Functions}/{function.Function}";

    internal static string? FunctionPath(RedfishRequest request, MachineHardware hardware, string? functionId) =>
        hardware.PciFunctions.FirstOrDefault(f => f.Id == functionId) is { } function ? FunctionPath(request, function) : null;

    private static async Task<List<PciFunction>> FindAsync(RedfishRequest request) =>
        [.. (await request.Bmc.ReadHardwareAsync(request.Token)).PciFunctions.Where(f => f.DevicePath == request["device"])];

    private static async ValueTask<JsonObject?> ReadDeviceAsync(RedfishRequest request)
    {
        var functions = await FindAsync(request);
        if (functions.Count == 0)
            return null;
        var device = Json.Resource(request.Path, "PCIeDevice.v1_21_0.PCIeDevice", request["device"], functions[0].Model);
        device["Manufacturer"] = functions[0].Manufacturer;
        device["Model"] = functions[0].Model;
        device["DeviceType"] = functions.Count > 1 ? "MultiFunction" : "SingleFunction";
        device["Status"] = Json.Status();
        device["PCIeFunctions"] = Json.Link(request.Path + Functions);
        device["Links"] = new JsonObject { ["Chassis"] = Json.Links(request.Paths.Chassis) };
        return device;
    }

    private static async ValueTask<JsonObject?> ReadFunctionAsync(RedfishRequest request)
    {
        if ((await FindAsync(request)).Find(f => FormattableString.Invariant($"{f.Function}") == request["function"]) is not { } function)
            return null;
        var hardware = await request.Bmc.ReadHardwareAsync(request.Token);
        var resource = Json.Resource(request.Path, "PCIeFunction.v1_7_0.PCIeFunction", request["function"], function.Model);
        resource["FunctionId"] = function.Function;
        resource["FunctionNumber"] = FormattableString.Invariant($"0x{function.Function:x}");
        resource["BusNumber"] = FormattableString.Invariant($"0x{function.Bus:x2}");
        resource["DeviceNumber"] = FormattableString.Invariant($"0x{function.Device:x2}");
        resource["SegmentNumber"] = FormattableString.Invariant($"0x{function.Segment:x4}");
        resource["FunctionType"] = "Physical";
        resource["DeviceClass"] = function.DeviceClass;
        resource["ClassCode"] = function.ClassCode;
        resource["VendorId"] = function.VendorId;
        resource["DeviceId"] = function.DeviceId;
        resource["Status"] = Json.Status();
        var links = new JsonObject { ["PCIeDevice"] = Json.Link(DevicePath(request, function.DevicePath)) };
        var ports = hardware.Ports.Where(port => port.PciFunction == function.Id).ToList();
        if (ports.Count > 0)
            links["EthernetInterfaces"] = Json.Links(ports.Select(port => $"{request.Paths.System}/EthernetInterfaces/{port.Id}"));
        var disks = hardware.Drives.Where(disk => disk.PciFunction == function.Id).ToList();
        if (disks.Count > 0)
            links["Drives"] = Json.Links(disks.Select(disk => StorageResource.DrivePath(request, disk.Id)));
        resource["Links"] = links;
        return resource;
    }
}
