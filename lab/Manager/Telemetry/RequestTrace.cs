using System.Diagnostics;
using Lab.Contracts.Telemetry;

namespace Lab.Manager.Telemetry;

/// <summary>The "api" phase of an operation: continues the trace of the request's traceparent header (W3C Trace Context).</summary>
internal sealed class RequestTrace : IDisposable
{
    private readonly Activity? activity;

    private RequestTrace(HttpContext context)
    {
        var header = context.Request.Headers.TraceParent.ToString();
        var isValid = ActivityContext.TryParse(header, null, isRemote: true, out _);
        activity = OperationActivities.Start(OperationActivities.Api, isValid ? header : null);
        TraceParent = activity?.Id ?? (isValid ? header : null);
    }

    /// <summary>What the operation's further phases are children of; null when nobody traces.</summary>
    public string? TraceParent { get; }

    public static RequestTrace Start(HttpContext context) => new(context);

    public void Dispose() => activity?.Dispose();
}
