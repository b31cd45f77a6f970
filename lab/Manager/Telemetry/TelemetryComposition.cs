using Lab.Contracts.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Lab.Manager.Telemetry;

internal static class TelemetryComposition
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Exports the phases of operations where OTEL_EXPORTER_OTLP_ENDPOINT says so.</summary>
    public static IServiceCollection AddOperationTelemetry(this IServiceCollection services) =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Endpoint)) ? services : services.AddHostedService<Exporter>();

    private sealed class Exporter : IHostedService, IDisposable
    {
        // Always on: the parent in the message may say "not sampled" when the caller measures by itself.
        private readonly TracerProvider provider = Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => resource.AddService("lab-manager"))
            .SetSampler(new AlwaysOnSampler())
            .AddSource(OperationActivities.SourceName)
            .AddOtlpExporter(otlp =>
            {
                otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
                otlp.BatchExportProcessorOptions.ScheduledDelayMilliseconds = 500;
            })
            .Build();

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose() => provider.Dispose();
    }
}
