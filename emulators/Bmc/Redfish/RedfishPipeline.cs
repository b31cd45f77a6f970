using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Machine;
using Microsoft.AspNetCore.Http.Features;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>
/// What happens around every request, in this order: headers (412, 406, 415), where it goes (404), who asks (401, 403), what is asked
/// (405), and errors turned into Redfish's bodies.
/// </summary>
internal sealed partial class RedfishPipeline(ILogger<RedfishPipeline> log)
{
    private const int RetrySeconds = 5;

    public async Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers["OData-Version"] = "4.0";
        headers.CacheControl = "no-cache";
        try
        {
            CheckVersion(context.Request);
            await DispatchAsync(context);
        }
        catch (Exception e) when (!context.Response.HasStarted && ToError(e) is { } error)
        {
            await RedfishResponse.WriteErrorAsync(context, error);
        }
    }

    private static async Task DispatchAsync(HttpContext context)
    {
        var bmc = context.Features.GetRequiredFeature<RedfishConnection>().Bmc;
        var path = Normalized(context.Request.Path.Value ?? "/");
        var resource = bmc.Table.Find(bmc, path, out var values);
        var method = context.Request.Method;
        var isReading = HttpMethods.IsGet(method) || HttpMethods.IsHead(method);
        var handler = resource?.Find(method);
        var (caller, session) = await Authentication.IdentifyAsync(context);
        var request = new RedfishRequest(context, path, values, caller, session);
        var needed = handler is null ? resource is null ? Role.ReadOnly : resource.ReadRole : handler.Role;
        if (needed is { } role)
            Authentication.Require(request, role);
        if (resource is null)
            throw request.NotFound();
        context.Response.Headers.Allow = resource.Allow;
        if (HttpMethods.IsOptions(method))
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }
        if (handler is not null)
        {
            CheckBody(context.Request, resource);
            if (context.Request.Query.Keys.Any(name => name.StartsWith('$')))
                throw new RedfishException(StatusCodes.Status400BadRequest, BaseMessages.QueryNotSupportedOnOperation);
            await handler.InvokeAsync(request);
            return;
        }
        if (!isReading || resource.Read is null)
            throw new RedfishException(StatusCodes.Status405MethodNotAllowed, BaseMessages.OperationNotAllowed);
        CheckAccept(context.Request);
        await ReadAsync(request, resource);
    }

    private static async Task ReadAsync(RedfishRequest request, Resource resource)
    {
        var options = QueryOptions.Read(request.Context.Request.Query);
        if (resource.IsStable && options is null && request.Bmc.HasFixedHardware)
        {
            var rendered = await request.Bmc.Rendered.GetAsync(request.Path, request.State, async () =>
                await resource.Read!(request) is { } made ? RedfishResponse.Render(made) : throw request.NotFound());
            await RedfishResponse.WriteAsync(request.Context, rendered);
            return;
        }
        var read = await resource.Read!(request) ?? throw request.NotFound();
        if (options is not null)
            read = await QueryProcessor.ApplyAsync(request, read, options);
        await RedfishResponse.WriteResourceAsync(request, read);
    }

    // A slash at the end means the same resource (DSP0266 §6.3); only the root is called so itself.
    private static string Normalized(string path) => path.Length > 1 && path[^1] == '/' ? path[..^1] : path;

    private static void CheckVersion(HttpRequest request)
    {
        if (request.Headers.TryGetValue("OData-Version", out var version) && version.ToString() != "4.0")
            throw new RedfishException(StatusCodes.Status412PreconditionFailed, BaseMessages.HeaderInvalid("OData-Version"));
    }

    private static void CheckAccept(HttpRequest request)
    {
        if (request.Headers.Accept is { Count: > 0 } accept && !accept.ToString().Split(',').Any(TakesJson))
            throw new RedfishException(StatusCodes.Status406NotAcceptable, BaseMessages.HeaderInvalid("Accept"));

        static bool TakesJson(string range) => range.Split(';')[0].Trim().ToLowerInvariant() is "*/*" or "application/*" or "application/json" or "";
    }

    private static void CheckBody(HttpRequest request, Resource resource)
    {
        var hasBody = request.ContentLength > 0 || request.Headers.ContainsKey("Transfer-Encoding");
        if (hasBody && !resource.TakesAnyBody && !request.HasJsonContentType())
            throw new RedfishException(StatusCodes.Status415UnsupportedMediaType, BaseMessages.HeaderInvalid("Content-Type"));
    }

    private RedfishException? ToError(Exception e)
    {
        switch (e)
        {
            case RedfishException error:
                return error;
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return new RedfishException(StatusCodes.Status413PayloadTooLarge, BaseMessages.PayloadTooLarge);
            case BadHttpRequestException bad:
                return new RedfishException(bad.StatusCode, BaseMessages.UnrecognizedRequestBody);
            case MachineException { IsTransient: true }:
                LogMachine(e.Message);
                return new RedfishException(StatusCodes.Status503ServiceUnavailable, BaseMessages.ServiceTemporarilyUnavailable(RetrySeconds))
                {
                    RetryAfterSeconds = RetrySeconds,
                };
            case OperationCanceledException:
                return null;
            default:
                LogFailed(e);
                return new RedfishException(StatusCodes.Status500InternalServerError, BaseMessages.InternalError);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the machine cannot be reached: {Reason}")]
    private partial void LogMachine(string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "request failed")]
    private partial void LogFailed(Exception error);
}
