using Lab.Manager.Configuration;

namespace Lab.Manager.Http;

internal static class PublicUrl
{
    /// <returns>Base of the URLs given to clients, without a trailing slash: the configured one, else the one this request came to.</returns>
    public static string Of(HttpContext context) =>
        context.RequestServices.GetRequiredService<ManagerOptions>().PublicUrl?.TrimEnd('/')
        ?? $"{context.Request.Scheme}://{context.Request.Host}";
}
