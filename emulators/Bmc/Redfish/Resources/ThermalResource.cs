using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Device;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>ThermalSubsystem 1.5 with fans and metrics, and the older Thermal 1.7.3 that many clients still read (DSP2046).</summary>
internal static class ThermalResource
{
    private const string Subsystem = Paths.AnyChassis + "/ThermalSubsystem";

    internal static void MapThermal(this ResourceTable table)
    {
        table.Add(Subsystem, ReadSubsystem);
        table.Collection(Subsystem + "/Fans", "FanCollection", "Fans", request => Of(request, SensorKind.Fan).Select(fan => $"{request.Path}/{fan.Id}"));
        table.Add(Subsystem + "/Fans/{fan}", ReadFan);
        table.Add(Subsystem + "/ThermalMetrics", ReadMetrics);
        table.Add(Paths.AnyChassis + "/Thermal", ReadThermal);
    }

    private static IEnumerable<SensorDefinition> Of(RedfishRequest request, SensorKind kind) => request.Profile.Sensors.Where(sensor => sensor.Kind == kind);

    private static JsonObject ReadSubsystem(RedfishRequest request)
    {
        var subsystem = Json.Resource(request.Path, "ThermalSubsystem.v1_5_0.ThermalSubsystem", "ThermalSubsystem", "Thermal subsystem");
        subsystem["Fans"] = Json.Link(request.Path + "/Fans");
        subsystem["ThermalMetrics"] = Json.Link(request.Path + "/ThermalMetrics");
        subsystem["Status"] = Json.Status();
        return subsystem;
    }

    private static JsonObject? ReadFan(RedfishRequest request)
    {
        if (Of(request, SensorKind.Fan).FirstOrDefault(sensor => sensor.Id == request["fan"]) is not { } sensor)
            return null;
        var reading = SensorResource.Reading(request, sensor);
        var fan = Json.Resource(request.Path, "Fan.v1_6_0.Fan", sensor.Id, sensor.Name);
        fan["PhysicalContext"] = sensor.Context;
        fan["Status"] = SensorResource.StatusOf(reading);
        fan["SpeedPercent"] = new JsonObject
        {
            ["DataSourceUri"] = SensorResource.PathOf(request, sensor),
            ["Reading"] = reading.Value is { } speed ? Math.Round(speed / sensor.Max * 100, 1) : null,
            ["SpeedRPM"] = reading.Value,
        };
        return fan;
    }

    private static JsonObject ReadMetrics(RedfishRequest request)
    {
        var temperatures = Of(request, SensorKind.Temperature).ToList();
        var metrics = Json.Resource(request.Path, "ThermalMetrics.v1_3_2.ThermalMetrics", "ThermalMetrics", "Thermal metrics");
        metrics["TemperatureReadingsCelsius"] = new JsonArray([.. temperatures.Select(sensor =>
        {
            var excerpt = SensorResource.Excerpt(request, sensor);
            excerpt["DeviceName"] = sensor.Name;
            excerpt["PhysicalContext"] = sensor.Context;
            return excerpt;
        })]);
        metrics["TemperatureReadingsCelsius@odata.count"] = temperatures.Count;
        return metrics;
    }

    private static JsonObject ReadThermal(RedfishRequest request)
    {
        var thermal = Json.Resource(request.Path, "Thermal.v1_7_3.Thermal", "Thermal", "Thermal");
        thermal["Temperatures"] = new JsonArray([.. Of(request, SensorKind.Temperature).Select((sensor, i) =>
        {
            var (part, reading) = Member(request, sensor, "Temperatures", i);
            part["Name"] = sensor.Name;
            part["ReadingCelsius"] = reading.Value;
            part["SensorNumber"] = sensor.Number;
            AddLimits(part, sensor.Thresholds);
            return part;
        })]);
        thermal["Fans"] = new JsonArray([.. Of(request, SensorKind.Fan).Select((sensor, i) =>
        {
            var (part, reading) = Member(request, sensor, "Fans", i);
            part["Name"] = sensor.Name;
            part["Reading"] = (int?)reading.Value;
            part["ReadingUnits"] = "RPM";
            part["SensorNumber"] = sensor.Number;
            return part;
        })]);
        return thermal;
    }

    internal static (JsonObject Part, SensorReading Reading) Member(RedfishRequest request, SensorDefinition sensor, string array, int index)
    {
        var reading = SensorResource.Reading(request, sensor);
        var part = new JsonObject
        {
            ["@odata.id"] = FormattableString.Invariant($"{request.Path}#/{array}/{index}"),
            ["MemberId"] = sensor.Id,
            ["PhysicalContext"] = sensor.Context,
            ["Status"] = SensorResource.StatusOf(reading),
        };
        return (part, reading);
    }

    internal static void AddLimits(JsonObject part, SensorThresholds limits)
    {
        Add("LowerThresholdFatal", limits.LowerFatal);
        Add("LowerThresholdCritical", limits.LowerCritical);
        Add("LowerThresholdNonCritical", limits.LowerCaution);
        Add("UpperThresholdNonCritical", limits.UpperCaution);
        Add("UpperThresholdCritical", limits.UpperCritical);
        Add("UpperThresholdFatal", limits.UpperFatal);

        void Add(string name, double? limit)
        {
            if (limit is { } value)
                part[name] = value;
        }
    }
}
