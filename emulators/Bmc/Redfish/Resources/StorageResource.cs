using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Machine;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>Storage 1.21 with its controller, drives and volumes (DSP2046): one subsystem, a volume for each drive.</summary>
internal static class StorageResource
{
    internal const string SubsystemId = "1";
    private const string Template = Paths.AnySystem + "/Storage";
    private const string SubsystemTemplate = Template + "/" + SubsystemId;
    private const int BlockBytes = 512;

    internal static void MapStorage(this ResourceTable table)
    {
        table.Collection(Template, "StorageCollection", "Storage", request => [$"{request.Path}/{SubsystemId}"]);
        table.AddAsync(SubsystemTemplate, ReadSubsystemAsync);
        table.Collection(SubsystemTemplate + "/Controllers", "StorageControllerCollection", "Storage controllers", request => [request.Path + "/1"]);
        table.Add(SubsystemTemplate + "/Controllers/1", ReadController);
        table.AddAsync(SubsystemTemplate + "/Drives/{drive}", ReadDriveAsync);
        table.AddAsync(SubsystemTemplate + "/Volumes", ReadVolumesAsync);
        table.AddAsync(SubsystemTemplate + "/Volumes/{volume}", ReadVolumeAsync);
    }

    internal static string DrivePath(RedfishRequest request, string id) => $"{SubsystemPath(request)}/Drives/{id}";

    private static string SubsystemPath(RedfishRequest request) => $"{request.Paths.System}/Storage/{SubsystemId}";

    private static async ValueTask<JsonObject?> ReadSubsystemAsync(RedfishRequest request)
    {
        var disks = (await request.Bmc.ReadHardwareAsync(request.Token)).Drives.ToList();
        var storage = Json.Resource(request.Path, "Storage.v1_21_0.Storage", SubsystemId, "Storage of the host");
        storage["Status"] = Json.Status();
        storage["Controllers"] = Json.Link(request.Path + "/Controllers");
        storage["Drives"] = Json.Links(disks.Select(disk => $"{request.Path}/Drives/{disk.Id}"));
        storage["Drives@odata.count"] = disks.Count;
        storage["Volumes"] = Json.Link(request.Path + "/Volumes");
        return storage;
    }

    private static JsonObject ReadController(RedfishRequest request)
    {
        var controller = Json.Resource(request.Path, "StorageController.v1_11_0.StorageController", "1", "Storage controller");
        controller["Manufacturer"] = request.Profile.Manufacturer;
        controller["Status"] = Json.Status();
        controller["SupportedControllerProtocols"] = new JsonArray("PCIe");
        controller["SupportedDeviceProtocols"] = new JsonArray("NVMe", "SATA", "SAS");
        return controller;
    }

    private static async Task<Disk?> FindAsync(RedfishRequest request, string id) =>
        (await request.Bmc.ReadHardwareAsync(request.Token)).Drives.FirstOrDefault(disk => disk.Id == id);

    private static async ValueTask<JsonObject?> ReadDriveAsync(RedfishRequest request)
    {
        if (await FindAsync(request, request["drive"]) is not { } disk)
            return null;
        var hardware = await request.Bmc.ReadHardwareAsync(request.Token);
        var drive = Json.Resource(request.Path, "Drive.v1_22_0.Drive", disk.Id, "Drive " + disk.Id);
        drive["Manufacturer"] = disk.Manufacturer;
        drive["Model"] = disk.Model;
        drive["SerialNumber"] = disk.SerialNumber;
        drive["MediaType"] = disk.MediaType;
        drive["Protocol"] = disk.Protocol;
        drive["CapacityBytes"] = disk.CapacityBytes;
        drive["BlockSizeBytes"] = BlockBytes;
        drive["FailurePredicted"] = false;
        drive["StatusIndicator"] = "OK";
        drive["Status"] = Json.Status();
        var links = new JsonObject
        {
            ["Volumes"] = Json.Links($"{SubsystemPath(request)}/Volumes/{disk.Id}"),
            ["Chassis"] = Json.Link(request.Paths.Chassis),
        };
        if (PcieResource.FunctionPath(request, hardware, disk.PciFunction) is { } function)
            links["PCIeFunctions"] = Json.Links(function);
        drive["Links"] = links;
        return drive;
    }

    private static async ValueTask<JsonObject?> ReadVolumesAsync(RedfishRequest request)
    {
        var disks = (await request.Bmc.ReadHardwareAsync(request.Token)).Drives.ToList();
        var volumes = Json.Collection(request.Path, "VolumeCollection", "Volumes", disks.Select(disk => $"{request.Path}/{disk.Id}"));
        volumes["@Redfish.OperationApplyTimeSupport"] = new JsonObject
        {
            ["@odata.type"] = "#Settings.v1_4_0.OperationApplyTimeSupport",
            ["SupportedValues"] = new JsonArray("Immediate"),
        };
        return volumes;
    }

    private static async ValueTask<JsonObject?> ReadVolumeAsync(RedfishRequest request)
    {
        if (await FindAsync(request, request["volume"]) is not { } disk)
            return null;
        var volume = Json.Resource(request.Path, "Volume.v1_10_2.Volume", disk.Id, "Volume " + disk.Id);
        volume["CapacityBytes"] = disk.CapacityBytes;
        volume["BlockSizeBytes"] = BlockBytes;
        volume["RAIDType"] = "None";
        volume["Encrypted"] = false;
        volume["Status"] = Json.Status();
        volume["Links"] = new JsonObject { ["Drives"] = Json.Links(DrivePath(request, disk.Id)) };
        return volume;
    }
}
