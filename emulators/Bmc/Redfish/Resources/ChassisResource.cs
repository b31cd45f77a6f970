using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Machine;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>Chassis 1.28 (DSP2046).</summary>
internal static class ChassisResource
{
    private const int AssetTagLengthMax = 63;
    private static readonly string[] ResetTypes = ["On", "ForceOff", "PowerCycle"];

    internal static void MapChassis(this ResourceTable table)
    {
        table.Collection(Paths.AllChassis, "ChassisCollection", "Chassis", request => [request.Paths.Chassis]);
        table.AddAsync(Paths.AnyChassis, ReadAsync).Patch(Role.Operator, WriteAsync);
        table.Action(Paths.AnyChassis + "/Actions/Chassis.Reset", Role.Operator, async (request, body) =>
        {
            var type = body.OneOf("ResetType", ResetTypes);
            body.Require("ResetType");
            body.End();
            await request.Bmc.Device.ResetAsync(Enum.Parse<ResetType>(type!), request.Token);
        });
        table.AddAsync(Paths.AnyChassis + "/Drives", async request => Json.Collection(
            request.Path,
            "DriveCollection",
            "Drives",
            (await request.Bmc.ReadHardwareAsync(request.Token)).Drives.Select(disk => StorageResource.DrivePath(request, disk.Id))));
    }

    private static async ValueTask<JsonObject?> ReadAsync(RedfishRequest request)
    {
        var (profile, state) = (request.Profile, request.State);
        var chassis = Json.Resource(request.Path, "Chassis.v1_28_0.Chassis", profile.Ids.Chassis, request.Bmc.Name + " chassis");
        chassis["ChassisType"] = profile.ChassisType;
        chassis["Manufacturer"] = profile.Manufacturer;
        chassis["Model"] = profile.Model;
        chassis["PartNumber"] = profile.PartNumber;
        chassis["SKU"] = profile.Sku;
        chassis["SerialNumber"] = request.Bmc.SerialNumber;
        chassis["AssetTag"] = state.AssetTag;
        chassis["PowerState"] = state.Power == MachinePower.On ? "On" : "Off";
        chassis["LocationIndicatorActive"] = state.Indicator.Active;
        chassis["Status"] = Json.Status();
        foreach (var name in new[] { "Sensors", "Power", "Thermal", "PowerSubsystem", "ThermalSubsystem", "EnvironmentMetrics", "NetworkAdapters", "PCIeDevices", "Drives" })
            chassis[name] = Json.Link($"{request.Path}/{name}");
        var disks = (await request.Bmc.ReadHardwareAsync(request.Token)).Drives.ToList();
        chassis["Links"] = new JsonObject
        {
            ["ComputerSystems"] = Json.Links(request.Paths.System),
            ["ManagedBy"] = Json.Links(request.Paths.Manager),
            ["ManagersInChassis"] = Json.Links(request.Paths.Manager),
            ["Storage"] = Json.Links($"{request.Paths.System}/Storage/{StorageResource.SubsystemId}"),
            ["Drives"] = Json.Links(disks.Select(disk => StorageResource.DrivePath(request, disk.Id))),
        };
        chassis["Actions"] = new JsonObject
        {
            ["#Chassis.Reset"] = Json.Action(request.Path + "/Actions/Chassis.Reset", "ResetType", Json.Strings(ResetTypes)),
        };
        return chassis;
    }

    private static async Task WriteAsync(RedfishRequest request, RequestBody body)
    {
        var tag = body.String("AssetTag", AssetTagLengthMax);
        var light = body.Bool("LocationIndicatorActive");
        body.End();
        await request.Bmc.Device.ConfigureAsync(
            state => state with { AssetTag = tag ?? state.AssetTag, Indicator = light is { } on ? new Indicator(on) : state.Indicator }, request.Token);
    }
}
