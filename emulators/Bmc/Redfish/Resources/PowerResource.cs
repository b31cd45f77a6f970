using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Profiles;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>PowerSubsystem 1.1.3 with supplies, EnvironmentMetrics 1.5, and the older Power 1.7.3 that many clients still read (DSP2046).</summary>
internal static class PowerResource
{
    private const string Subsystem = Paths.AnyChassis + "/PowerSubsystem";

    internal static void MapPower(this ResourceTable table)
    {
        table.Add(Subsystem, ReadSubsystem);
        table.Collection(Subsystem + "/PowerSupplies", "PowerSupplyCollection", "Power supplies", request =>
            request.Profile.PowerSupplies.Select(supply => $"{request.Path}/{supply.Id}"));
        table.Add(Subsystem + "/PowerSupplies/{supply}", ReadSupply);
        table.Add(Paths.AnyChassis + "/EnvironmentMetrics", ReadEnvironment);
        table.Add(Paths.AnyChassis + "/Power", ReadPower);
    }

    /// <summary>What all supplies take together (W).</summary>
    internal static double TotalWatts(RedfishRequest request) => request.Profile.Sensors
        .Where(sensor => sensor.Kind == SensorKind.Power)
        .Sum(sensor => SensorResource.Reading(request, sensor).Value ?? 0);

    private static int CapacityWatts(RedfishRequest request) => request.Profile.PowerSupplies.Sum(supply => supply.CapacityWatts);

    private static JsonObject ReadSubsystem(RedfishRequest request)
    {
        var subsystem = Json.Resource(request.Path, "PowerSubsystem.v1_1_3.PowerSubsystem", "PowerSubsystem", "Power subsystem");
        subsystem["CapacityWatts"] = CapacityWatts(request);
        subsystem["PowerSupplies"] = Json.Link(request.Path + "/PowerSupplies");
        subsystem["Status"] = Json.Status();
        return subsystem;
    }

    private static JsonObject? ReadSupply(RedfishRequest request)
    {
        if (request.Profile.PowerSupplies.FirstOrDefault(supply => supply.Id == request["supply"]) is not { } supply)
            return null;
        var resource = Json.Resource(request.Path, "PowerSupply.v1_6_0.PowerSupply", supply.Id, "Power supply " + supply.Id);
        resource["Manufacturer"] = supply.Manufacturer;
        resource["Model"] = supply.Model;
        resource["PowerCapacityWatts"] = supply.CapacityWatts;
        resource["PowerSupplyType"] = "AC";
        resource["LineInputStatus"] = "Normal";
        resource["HotPluggable"] = true;
        resource["Status"] = Json.Status();
        return resource;
    }

    private static JsonObject ReadEnvironment(RedfishRequest request)
    {
        var metrics = Json.Resource(request.Path, "EnvironmentMetrics.v1_5_0.EnvironmentMetrics", "EnvironmentMetrics", "Environment of the chassis");
        metrics["PowerWatts"] = new JsonObject { ["Reading"] = Math.Round(TotalWatts(request), 1) };
        if (request.Profile.Sensors.FirstOrDefault(sensor => sensor is { Kind: SensorKind.Temperature, Context: "Intake" }) is { } inlet)
            metrics["TemperatureCelsius"] = SensorResource.Excerpt(request, inlet);
        return metrics;
    }

    private static JsonObject ReadPower(RedfishRequest request)
    {
        var power = Json.Resource(request.Path, "Power.v1_7_3.Power", "Power", "Power");
        power["PowerControl"] = new JsonArray(new JsonObject
        {
            ["@odata.id"] = request.Path + "#/PowerControl/0",
            ["MemberId"] = "0",
            ["Name"] = "Power of the system",
            ["PowerConsumedWatts"] = Math.Round(TotalWatts(request), 1),
            ["PowerCapacityWatts"] = CapacityWatts(request),
            ["Status"] = Json.Status(),
        });
        power["Voltages"] = new JsonArray([.. request.Profile.Sensors.Where(sensor => sensor.Kind == SensorKind.Voltage).Select((sensor, i) =>
        {
            var (part, reading) = ThermalResource.Member(request, sensor, "Voltages", i);
            part["Name"] = sensor.Name;
            part["ReadingVolts"] = reading.Value;
            part["SensorNumber"] = sensor.Number;
            ThermalResource.AddLimits(part, sensor.Thresholds);
            return part;
        })]);
        power["PowerSupplies"] = new JsonArray([.. request.Profile.PowerSupplies.Select((supply, i) => ReadOldSupply(request, supply, i))]);
        return power;
    }

    private static JsonObject ReadOldSupply(RedfishRequest request, PowerSupplyProfile supply, int index)
    {
        var part = new JsonObject
        {
            ["@odata.id"] = FormattableString.Invariant($"{request.Path}#/PowerSupplies/{index}"),
            ["MemberId"] = supply.Id,
            ["Name"] = "Power supply " + supply.Id,
            ["Manufacturer"] = supply.Manufacturer,
            ["Model"] = supply.Model,
            ["PowerCapacityWatts"] = supply.CapacityWatts,
            ["PowerSupplyType"] = "AC",
            ["Status"] = Json.Status(),
        };
        if (SensorResource.Find(request, supply.InputSensor) is { } sensor)
            part["PowerInputWatts"] = SensorResource.Reading(request, sensor).Value;
        return part;
    }
}
