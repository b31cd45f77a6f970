using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Lab.Manager.Http;

/// <summary>The one place where exceptions become HTTP answers.</summary>
internal sealed partial class ErrorMiddleware(ILogger<ErrorMiddleware> logger) : IMiddleware
{
    [SuppressMessage("Design", "CA1031", Justification = "The edge of the process: every failure becomes an answer.")]
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: 404 or 405 or 415 } response && response.ContentLength is null)
                await WriteAsync(context, response.StatusCode, StatusMessage(response.StatusCode), null);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            var (status, message, type) = e switch
            {
                ApiException api => (api.Status, api.Message, api.Type),
                JsonException => (400, "Malformed request body: " + e.Message, null),
                BadHttpRequestException bad => (bad.StatusCode, bad.Message, null),
                _ => (500, "Unexpected API error.", null),
            };
            if (status >= 500)
                LogFailed(e, context.Request.Method, context.Request.Path);
            await WriteAsync(context, status, message, type);
        }
    }

    private static async Task WriteAsync(HttpContext context, int status, string message, string? type)
    {
        context.Response.Clear();
        context.Response.StatusCode = status;
        if (status == StatusCodes.Status401Unauthorized)
            context.Response.Headers.WWWAuthenticate = $"Keystone uri=\"{PublicUrl.Of(context)}{ApiPaths.Identity}\"";
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(ErrorShapes.Shape(context.Request.Path, status, message, type).ToJsonString(), context.RequestAborted);
    }

    private static string StatusMessage(int status) => status switch
    {
        404 => "The resource could not be found.",
        405 => "The method is not allowed for this resource.",
        _ => "The content type is not supported.",
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private partial void LogFailed(Exception exception, string method, PathString path);
}
