using Lab.Manager.Http;

namespace Lab.Manager.Compute;

/// <summary>
/// Nova's microversion negotiation (API guide, "Microversions"). Only 2.1 is served: every openstack command works with it, and
/// one shape of each body is enough.
/// </summary>
internal static class ComputeMicroversion
{
    public const string Only = "2.1";
    private const string Header = "OpenStack-API-Version";
    private const string LegacyHeader = "X-OpenStack-Nova-API-Version";
    private const string Service = "compute ";

    public static ValueTask<object?> NegotiateAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        // When the answer starts, whoever writes it: errors carry them too.
        http.Response.OnStarting(() =>
        {
            http.Response.Headers[Header] = Service + Only;
            http.Response.Headers[LegacyHeader] = Only;
            http.Response.Headers.Vary = $"{Header}, {LegacyHeader}";
            return Task.CompletedTask;
        });
        if (Asked(http.Request) is { } asked && asked is not (Only or "latest"))
            throw new ApiException(406, $"Version {asked} is not supported by the API. Minimum is {Only} and maximum is {Only}.");
        return next(context);
    }

    private static string? Asked(HttpRequest request)
    {
        foreach (var value in request.Headers[Header])
            if (value?.StartsWith(Service, StringComparison.Ordinal) == true)
                return value[Service.Length..].Trim();
        return request.Headers[LegacyHeader].ToString() is { Length: > 0 } legacy ? legacy : null;
    }
}
