using System.Text.Json;
using Lab.Emulators.Storage.Store;
using Microsoft.AspNetCore.Connections;

namespace Lab.Emulators.Storage.Rest;

/// <summary>Turns what goes wrong into answers of the shape <c>{"error":{"code","message"}}</c>, in one place.</summary>
internal static partial class RestErrors
{
    public static async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null } response)
                await WriteAsync(context, response.StatusCode, "not_found", "there is nothing of that name and method");
        }
        catch (StoreException failure)
        {
            var (status, code) = CodeOf(failure.Error);
            await WriteAsync(context, status, code, failure.Message);
        }
        catch (BadHttpRequestException failure)
        {
            var detail = failure.InnerException is JsonException json ? json.Message : failure.Message;
            var code = failure.StatusCode == StatusCodes.Status413PayloadTooLarge ? "too_large" : "invalid";
            await WriteAsync(context, failure.StatusCode, code, detail);
        }
        catch (Exception failure) when (failure is ConnectionResetException or OperationCanceledException)
        {
            context.Abort();
        }
        catch (Exception failure)
        {
            LogFailed(context.RequestServices.GetRequiredService<ILogger<VolumeStore>>(), context.Request.Path, failure);
            await WriteAsync(context, StatusCodes.Status500InternalServerError, "io", "the storage target failed; its log says why");
        }
    }

    private static (int Status, string Code) CodeOf(StoreError error) => error switch
    {
        StoreError.Invalid => (StatusCodes.Status400BadRequest, "invalid"),
        StoreError.NotFound => (StatusCodes.Status404NotFound, "not_found"),
        StoreError.Conflict => (StatusCodes.Status409Conflict, "conflict"),
        StoreError.NoSpace => (StatusCodes.Status507InsufficientStorage, "no_space"),
        StoreError.NotSupported => (StatusCodes.Status501NotImplemented, "not_supported"),
        StoreError.Damaged => (StatusCodes.Status500InternalServerError, "damaged"),
        _ => (StatusCodes.Status500InternalServerError, "io"),
    };

    private static async Task WriteAsync(HttpContext context, int status, string code, string message)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(
            new ErrorBody(new ErrorDetail(code, message)), RestJson.Default.ErrorBody, cancellationToken: context.RequestAborted);
    }

    [LoggerMessage(LogLevel.Error, "{Path} failed")]
    private static partial void LogFailed(ILogger logger, string path, Exception failure);
}
