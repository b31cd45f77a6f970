using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Device;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>Sensor 1.12 (DSP2046) and the excerpts of it that other resources show.</summary>
internal static class SensorResource
{
    private const string Template = Paths.AnyChassis + "/Sensors";

    internal static void MapSensors(this ResourceTable table)
    {
        table.Collection(Template, "SensorCollection", "Sensors", request => request.Profile.Sensors.Select(sensor => $"{request.Path}/{sensor.Id}"));
        table.Add(Template + "/{sensor}", Read);
    }

    internal static string PathOf(RedfishRequest request, SensorDefinition sensor) => $"{request.Paths.Chassis}/Sensors/{sensor.Id}";

    internal static SensorReading Reading(RedfishRequest request, SensorDefinition sensor) => SensorModel.Read(sensor, request.State, request.Now);

    internal static string HealthOf(SensorReading reading) => Math.Abs((int)reading.Level) switch
    {
        0 => "OK",
        1 => "Warning",
        _ => "Critical",
    };

    internal static JsonObject StatusOf(SensorReading reading) =>
        Json.Status(reading.Value is null ? "UnavailableOffline" : "Enabled", HealthOf(reading));

    /// <summary>A property of another resource that shows this sensor (DSP0266 §9.5.11).</summary>
    internal static JsonObject Excerpt(RedfishRequest request, SensorDefinition sensor) => new()
    {
        ["DataSourceUri"] = PathOf(request, sensor),
        ["Reading"] = Reading(request, sensor).Value,
    };

    internal static SensorDefinition? Find(RedfishRequest request, string? id) => request.Profile.Sensors.FirstOrDefault(sensor => sensor.Id == id);

    private static JsonObject? Read(RedfishRequest request)
    {
        if (Find(request, request["sensor"]) is not { } sensor)
            return null;
        var reading = Reading(request, sensor);
        var (type, units) = sensor.Kind switch
        {
            SensorKind.Temperature => ("Temperature", "Cel"),
            SensorKind.Fan => ("Rotational", "{rev}/min"),
            SensorKind.Voltage => ("Voltage", "V"),
            SensorKind.Current => ("Current", "A"),
            _ => ("Power", "W"),
        };
        var resource = Json.Resource(request.Path, "Sensor.v1_12_0.Sensor", sensor.Id, sensor.Name);
        resource["ReadingType"] = type;
        resource["ReadingUnits"] = units;
        resource["Reading"] = reading.Value;
        resource["ReadingRangeMin"] = sensor.Min;
        resource["ReadingRangeMax"] = sensor.Max;
        resource["PhysicalContext"] = sensor.Context;
        resource["Status"] = StatusOf(reading);
        resource["Thresholds"] = Thresholds(sensor.Thresholds);
        return resource;
    }

    private static JsonObject Thresholds(SensorThresholds limits)
    {
        var part = new JsonObject();
        Add("LowerFatal", limits.LowerFatal, "Decreasing");
        Add("LowerCritical", limits.LowerCritical, "Decreasing");
        Add("LowerCaution", limits.LowerCaution, "Decreasing");
        Add("UpperCaution", limits.UpperCaution, "Increasing");
        Add("UpperCritical", limits.UpperCritical, "Increasing");
        Add("UpperFatal", limits.UpperFatal, "Increasing");
        return part;

        void Add(string name, double? limit, string activation)
        {
            if (limit is { } value)
                part[name] = new JsonObject { ["Reading"] = value, ["Activation"] = activation };
        }
    }
}
