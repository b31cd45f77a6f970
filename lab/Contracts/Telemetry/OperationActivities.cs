using System.Diagnostics;

namespace Lab.Contracts.Telemetry;

/// <summary>
/// Names of the phases an operation is split into (boot, attach, …). Manager and agent start an activity of this name from
/// <see cref="Source"/>; they are exported by OTLP where OTEL_EXPORTER_OTLP_ENDPOINT is set, and joined by trace id.
/// </summary>
public static class OperationActivities
{
    public const string SourceName = "Lab.Operations";
    public static readonly ActivitySource Source = new(SourceName);

    public const string Api = "api";
    public const string Schedule = "schedule";
    public const string Clone = "clone";
    public const string Connect = "connect";
    public const string Present = "present";
    public const string Power = "power";

    /// <summary>Phases seen on the serial console, recorded by the harness.</summary>
    public const string Firmware = "firmware";
    public const string Bootloader = "bootloader";
    public const string Kernel = "kernel";
    public const string Ready = "ready";

    public static IReadOnlyList<string> InOrder { get; } =
        [Api, Schedule, Clone, Connect, Present, Power, Firmware, Bootloader, Kernel, Ready];

    /// <summary>Continues the trace that arrived in a message, or starts one.</summary>
    public static Activity? Start(string phase, string? traceParent = null) =>
        ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent)
            ? Source.StartActivity(phase, ActivityKind.Internal, parent)
            : Source.StartActivity(phase);
}
