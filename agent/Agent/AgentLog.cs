using Microsoft.Extensions.Logging;

namespace Lab.Agent;

/// <summary>Everything the agent logs.</summary>
internal static partial class AgentLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Step} {Subject}")]
    public static partial void Doing(this ILogger log, string step, Reconcile.Subject subject);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Step} {Subject} failed: {Reason}")]
    public static partial void StepFailed(this ILogger log, string step, Reconcile.Subject subject, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "cannot observe: {Reason}; next try in {Seconds:0.0} s")]
    public static partial void CannotObserve(this ILogger log, string reason, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the BMC cannot be asked: {Reason}")]
    public static partial void BmcAway(this ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "generation {Generation}: taken")]
    public static partial void SpecTaken(this ILogger log, long generation);

    [LoggerMessage(Level = LogLevel.Information, Message = "generation {Generation}: holds")]
    public static partial void Converged(this ILogger log, long generation);

    [LoggerMessage(Level = LogLevel.Warning, Message = "generation {Generation} refused: {Held} is held")]
    public static partial void SpecRefused(this ILogger log, long generation, long held);

    [LoggerMessage(Level = LogLevel.Information, Message = "enrolled {Serial} at {Manager}")]
    public static partial void Enrolled(this ILogger log, string serial, Uri manager);

    [LoggerMessage(Level = LogLevel.Information, Message = "registered at {Manager} as node {NodeId}")]
    public static partial void Registered(this ILogger log, Uri manager, Guid nodeId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "no link to {Manager}: {Reason}; next try in {Seconds:0.0} s")]
    public static partial void NoLink(this ILogger log, Uri manager, string reason, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "waiting for the DPU and the BMC: {Reason}; next try in {Seconds:0.0} s")]
    public static partial void Waiting(this ILogger log, string reason, double seconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Reason}")]
    public static partial void Fatal(this ILogger log, string reason);
}
