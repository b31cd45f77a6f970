using System.Text.Json;

namespace Lab.Manager.Http;

/// <summary>
/// The one place that turns exceptions, and statuses without a body (unknown route, wrong method), into the called service's
/// error shape. What is not an <see cref="ApiException"/> becomes a 500 that says nothing of its cause; the log has it.
/// </summary>
public sealed partial class ApiErrorMiddleware(RequestDelegate next, ILogger<ApiErrorMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
        }
        catch (ApiException e) when (!http.Response.HasStarted)
        {
            await WriteAsync(http, e.Fault, e.Message, e.Type);
            return;
        }
        catch (BadHttpRequestException e) when (!http.Response.HasStarted)
        {
            // Kestrel: body too large, broken chunk, header limits.
            await WriteAsync(http, Enum.IsDefined((ApiFault)e.StatusCode) ? (ApiFault)e.StatusCode : ApiFault.BadRequest, e.Message, null);
            return;
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            LogUnexpected(e, http.Request.Method, http.Request.Path);
            await WriteAsync(http, ApiFault.Internal, "Unexpected API Error. The manager's log tells the cause.", null);
            return;
        }
        if (http.Response.StatusCode >= 400 && !http.Response.HasStarted
            && http.Response.ContentLength is null && http.Response.ContentType is null)
            await WriteAsync(http, (ApiFault)http.Response.StatusCode, StatusMessage(http.Response.StatusCode), null);
    }

    /// <summary>Answers with the error shape of the service that the request's path names.</summary>
    public static async Task WriteAsync(HttpContext http, ApiFault fault, string message, string? type)
    {
        var service = ApiService.Of(http.Request.Path);
        http.Response.Clear();
        http.Response.StatusCode = (int)fault;
        if (fault == ApiFault.Unauthorized)
            http.Response.Headers.WWWAuthenticate = "Keystone";
        if (HttpMethods.IsHead(http.Request.Method))
            return;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(
            ErrorShapes.Of(service, fault, message, type).ToJsonString(JsonSerializerOptions.Default), http.RequestAborted);
    }

    private static string StatusMessage(int status) => status switch
    {
        404 => "The resource could not be found.",
        405 => "The method is not allowed for this resource.",
        415 => "The content type is not supported; send application/json.",
        _ => Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status),
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private partial void LogUnexpected(Exception exception, string method, PathString path);
}
