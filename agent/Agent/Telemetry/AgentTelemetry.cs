using Lab.Contracts.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Lab.Agent.Telemetry;

/// <summary>Exports the phases of operations by OTLP where OTEL_EXPORTER_OTLP_ENDPOINT says so (OpenTelemetry protocol exporter).</summary>
internal static class AgentTelemetry
{
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const int ExportDelayMilliseconds = 1000;

    /// <returns>Null when no endpoint is named.</returns>
    public static IDisposable? Start(string serial)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(EndpointVariable)))
            return null;
        return Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(ResourceBuilder.CreateDefault().AddService("bm-agent", serviceInstanceId: serial))
            .AddSource(OperationActivities.SourceName)
            .AddOtlpExporter(otlp =>
            {
                otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
                otlp.BatchExportProcessorOptions.ScheduledDelayMilliseconds = ExportDelayMilliseconds;
            })
            .Build();
    }
}
