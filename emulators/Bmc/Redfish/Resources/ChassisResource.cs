using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Machine;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>Chassis 1.28 (DSP2046).</summary>
internal static class ChassisResource
{
    internal static void MapChassis(this IEndpointRouteBuilder routes)
    {
        routes.MapCollection(Paths.AllChassis, "ChassisCollection", "Chassis", _ => [Paths.Chassis]);
        routes.MapResource(Paths.Chassis, Read);
    }

    private static JsonObject Read(RedfishRequest request)
    {
        var chassis = RedfishRoutes.Resource(Paths.Chassis, "#Chassis.v1_28_0.Chassis", "1", request.Bmc.Name + " chassis");
        chassis["ChassisType"] = "RackMount";
        chassis["Manufacturer"] = SystemResource.Manufacturer;
        chassis["Model"] = SystemResource.Model;
        chassis["SerialNumber"] = request.Bmc.SerialNumber;
        chassis["PowerState"] = request.Bmc.Device.State.Power == MachinePower.On ? "On" : "Off";
        chassis["Status"] = RedfishRoutes.EnabledStatus();
        chassis["Links"] = new JsonObject
        {
            ["ComputerSystems"] = RedfishRoutes.Links(Paths.System),
            ["ManagedBy"] = RedfishRoutes.Links(Paths.Manager),
        };
        return chassis;
    }
}
