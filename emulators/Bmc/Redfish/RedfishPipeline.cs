using System.Net;
using Lab.Emulators.Bmc.Machine;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>What happens around every request: common headers, who asks, and errors turned into Redfish's bodies.</summary>
internal sealed partial class RedfishPipeline(RequestDelegate next, ILogger<RedfishPipeline> log)
{
    private const int RetrySeconds = 5;

    public async Task InvokeAsync(HttpContext context)
    {
        context.Response.Headers["OData-Version"] = "4.0";
        context.Response.Headers.CacheControl = "no-cache";
        try
        {
            CheckVersion(context.Request);
            Authenticate(context);
            await next(context);
            if (!context.Response.HasStarted)
                CheckRouted(context);
        }
        catch (Exception e) when (!context.Response.HasStarted && ToError(e) is { } error)
        {
            await RedfishResponse.WriteErrorAsync(context, error);
        }
    }

    private static void CheckVersion(HttpRequest request)
    {
        if (request.Headers.TryGetValue("OData-Version", out var version) && version.ToString() != "4.0")
            throw new RedfishException(StatusCodes.Status412PreconditionFailed, BaseMessages.HeaderInvalid("OData-Version"));
    }

    private static void Authenticate(HttpContext context)
    {
        var request = new RedfishRequest(context);
        request.Caller = Authentication.Identify(request);
        if (request.Caller is null && !Authentication.IsPublic(context.Request))
            throw new RedfishException(StatusCodes.Status401Unauthorized, BaseMessages.NoValidSession);
    }

    private static void CheckRouted(HttpContext context)
    {
        if (context.Response.StatusCode == StatusCodes.Status404NotFound)
            throw new RedfishRequest(context).NotFound();
        if (context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed)
            throw new RedfishException(StatusCodes.Status405MethodNotAllowed, BaseMessages.OperationNotAllowed);
    }

    private RedfishException? ToError(Exception e)
    {
        switch (e)
        {
            case RedfishException error:
                return error;
            case BadHttpRequestException bad:
                return new RedfishException(bad.StatusCode, BaseMessages.UnrecognizedRequestBody);
            case MachineException { IsTransient: true }:
                LogMachine(e.Message);
                return new RedfishException((int)HttpStatusCode.ServiceUnavailable, BaseMessages.ServiceTemporarilyUnavailable(RetrySeconds));
            case OperationCanceledException:
                return null;
            default:
                LogFailed(e);
                return new RedfishException((int)HttpStatusCode.InternalServerError, BaseMessages.InternalError);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the machine cannot be reached: {Reason}")]
    private partial void LogMachine(string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "request failed")]
    private partial void LogFailed(Exception error);
}
