using System.Globalization;
using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Device;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>
/// TelemetryService 1.4.1 (DSP2046): a definition and a periodic report of power and one of temperature. Readings are functions of time, so
/// a report is computed for the interval it is read in.
/// </summary>
internal static class TelemetryResource
{
    private const string Definitions = Paths.TelemetryService + "/MetricDefinitions";
    private const string ReportDefinitions = Paths.TelemetryService + "/MetricReportDefinitions";
    private const string Reports = Paths.TelemetryService + "/MetricReports";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private static readonly Report[] All =
    [
        new("Power", "Power of the chassis", "PowerConsumption", "W", SensorKind.Power),
        new("Temperature", "Temperatures of the chassis", "Temperature", "Cel", SensorKind.Temperature),
    ];

    private sealed record Report(string Id, string Name, string Metric, string Units, SensorKind Kind);

    internal static void MapTelemetry(this ResourceTable table)
    {
        table.Add(Paths.TelemetryService, ReadService);
        table.Collection(Definitions, "MetricDefinitionCollection", "Metric definitions", _ => All.Select(report => $"{Definitions}/{report.Metric}"));
        table.Add(Definitions + "/{metric}", request => All.FirstOrDefault(r => r.Metric == request["metric"]) is { } report ? ReadDefinition(request, report) : null);
        table.Collection(ReportDefinitions, "MetricReportDefinitionCollection", "Metric report definitions", _ => All.Select(report => $"{ReportDefinitions}/{report.Id}"));
        table.Add(ReportDefinitions + "/{report}", request => Find(request) is { } report ? ReadReportDefinition(request, report) : null);
        table.Collection(Reports, "MetricReportCollection", "Metric reports", _ => All.Select(report => $"{Reports}/{report.Id}"));
        table.Add(Reports + "/{report}", request => Find(request) is { } report ? ReadReport(request, report) : null);
    }

    private static Report? Find(RedfishRequest request) => All.FirstOrDefault(report => report.Id == request["report"]);

    private static IEnumerable<SensorDefinition> SensorsOf(RedfishRequest request, Report report) =>
        request.Profile.Sensors.Where(sensor => sensor.Kind == report.Kind);

    private static JsonObject ReadService(RedfishRequest request)
    {
        var service = Json.Resource(Paths.TelemetryService, "TelemetryService.v1_4_1.TelemetryService", "TelemetryService", "Telemetry service");
        service["ServiceEnabled"] = true;
        service["MaxReports"] = All.Length;
        service["MinCollectionInterval"] = Json.Duration(Interval);
        service["SupportedCollectionFunctions"] = new JsonArray();
        service["MetricDefinitions"] = Json.Link(Definitions);
        service["MetricReportDefinitions"] = Json.Link(ReportDefinitions);
        service["MetricReports"] = Json.Link(Reports);
        service["Status"] = Json.Status();
        return service;
    }

    private static JsonObject ReadDefinition(RedfishRequest request, Report report)
    {
        var definition = Json.Resource(request.Path, "MetricDefinition.v1_3_5.MetricDefinition", report.Metric, report.Name);
        definition["MetricType"] = "Gauge";
        definition["MetricDataType"] = "Decimal";
        definition["Units"] = report.Units;
        definition["Implementation"] = "PhysicalSensor";
        definition["SensingInterval"] = Json.Duration(Interval);
        definition["MetricProperties"] = Json.Strings(SensorsOf(request, report).Select(sensor => SensorResource.PathOf(request, sensor) + "#/Reading"));
        return definition;
    }

    private static JsonObject ReadReportDefinition(RedfishRequest request, Report report)
    {
        var definition = Json.Resource(request.Path, "MetricReportDefinition.v1_4_7.MetricReportDefinition", report.Id, report.Name);
        definition["MetricReportDefinitionType"] = "Periodic";
        definition["MetricReportDefinitionEnabled"] = true;
        definition["Schedule"] = new JsonObject { ["RecurrenceInterval"] = Json.Duration(Interval) };
        definition["ReportActions"] = new JsonArray("LogToMetricReportsCollection");
        definition["ReportUpdates"] = "Overwrite";
        definition["MetricReport"] = Json.Link($"{Reports}/{report.Id}");
        definition["Metrics"] = new JsonArray(new JsonObject
        {
            ["MetricId"] = report.Metric,
            ["MetricProperties"] = Json.Strings(SensorsOf(request, report).Select(sensor => SensorResource.PathOf(request, sensor) + "#/Reading")),
        });
        definition["Status"] = Json.Status();
        return definition;
    }

    private static JsonObject ReadReport(RedfishRequest request, Report report)
    {
        var sequence = request.Now.ToUnixTimeSeconds() / (long)Interval.TotalSeconds;
        var time = DateTimeOffset.FromUnixTimeSeconds(sequence * (long)Interval.TotalSeconds);
        var resource = Json.Resource(request.Path, "MetricReport.v1_5_2.MetricReport", report.Id, report.Name);
        resource["ReportSequence"] = sequence.ToString(CultureInfo.InvariantCulture);
        resource["Timestamp"] = Json.Time(time);
        resource["MetricReportDefinition"] = Json.Link($"{ReportDefinitions}/{report.Id}");
        resource["MetricValues"] = new JsonArray([.. SensorsOf(request, report)
            .Select(sensor => (Sensor: sensor, SensorModel.Read(sensor, request.State, time).Value))
            .Where(read => read.Value is not null)
            .Select(read => new JsonObject
            {
                ["MetricId"] = report.Metric,
                ["MetricValue"] = read.Value!.Value.ToString(CultureInfo.InvariantCulture),
                ["Timestamp"] = Json.Time(time),
                ["MetricProperty"] = SensorResource.PathOf(request, read.Sensor) + "#/Reading",
            })]);
        return resource;
    }
}
