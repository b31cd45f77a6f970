namespace Lab.Emulators.Bmc.Faults;

/// <summary>Answers a GET with what it answered the first time, as BMCs with a slow cache do.</summary>
internal static class StaleFault
{
    internal static async Task InvokeAsync(ActiveFault fault, string machine, HttpContext context, RequestDelegate next)
    {
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            await next(context);
            return;
        }
        var key = machine + context.Request.Path + context.Request.QueryString;
        if (!fault.Stale.TryGet<StaleAnswer>(key, out var known))
            fault.Stale.Keep(key, known = await RecordAsync(context, next));
        context.Response.StatusCode = known.Status;
        context.Response.ContentType = known.ContentType;
        context.Response.ContentLength = known.Body.Length;
        await context.Response.Body.WriteAsync(known.Body, context.RequestAborted);
    }

    private static async Task<StaleAnswer> RecordAsync(HttpContext context, RequestDelegate next)
    {
        var body = context.Response.Body;
        using var copy = new MemoryStream();
        context.Response.Body = copy;
        try
        {
            await next(context);
        }
        finally
        {
            context.Response.Body = body;
        }
        return new StaleAnswer(context.Response.StatusCode, context.Response.ContentType, copy.ToArray());
    }
}

internal sealed record StaleAnswer(int Status, string? ContentType, byte[] Body);
