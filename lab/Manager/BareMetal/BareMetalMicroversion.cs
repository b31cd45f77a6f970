using System.Globalization;
using Lab.Manager.Http;

namespace Lab.Manager.BareMetal;

/// <summary>
/// Ironic's microversion negotiation: what is not served is 406, and the client finds the range in the headers of <c>GET /v1</c>.
/// </summary>
internal static class BareMetalMicroversion
{
    public const string Min = "1.1";
    public const string Max = "1.58";
    private const int MaxMinor = 58;
    private const string Prefix = "X-OpenStack-Ironic-API-";
    private const string Header = Prefix + "Version";

    public static ValueTask<object?> NegotiateAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        Advertise(http);
        var asked = http.Request.Headers[Header].ToString();
        if (asked.Length == 0)
            asked = Min;
        else if (asked == "latest")
            asked = Max;
        if (!IsServed(asked))
            throw new ApiException(
                406, $"Version {asked} was requested but is not supported by this service. The supported version range is: [{Min}, {Max}].");
        http.Response.OnStarting(() =>
        {
            http.Response.Headers[Header] = asked;
            return Task.CompletedTask;
        });
        return next(context);
    }

    /// <summary>Errors carry the range too: the headers are set when the answer starts, whoever writes it.</summary>
    public static void Advertise(HttpContext http) => http.Response.OnStarting(() =>
    {
        http.Response.Headers[Prefix + "Minimum-Version"] = Min;
        http.Response.Headers[Prefix + "Maximum-Version"] = Max;
        return Task.CompletedTask;
    });

    private static bool IsServed(string version) =>
        version.StartsWith("1.", StringComparison.Ordinal)
        && int.TryParse(version.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
        && minor is >= 1 and <= MaxMinor;
}
