using Lab.Manager.Identity;
using Microsoft.AspNetCore.Authorization;

namespace Lab.Manager.Http;

/// <summary>Errors in each API's shape, and a valid token on every route that is not marked <see cref="AllowAnonymousAttribute"/>.</summary>
internal static class ApiPipeline
{
    public const string TokenHeader = "X-Auth-Token";

    public static IServiceCollection AddApi(this IServiceCollection services) => services.AddSingleton<ErrorMiddleware>();

    public static void UseApi(this WebApplication app)
    {
        app.UseMiddleware<ErrorMiddleware>();
        app.Use(AuthenticateAsync);
    }

    private static async Task AuthenticateAsync(HttpContext context, RequestDelegate next)
    {
        var metadata = context.GetEndpoint()?.Metadata;
        if (metadata is not null && metadata.GetMetadata<IAllowAnonymous>() is null && metadata.GetMetadata<LinkPlaneAttribute>() is null)
        {
            var token = context.Request.Headers[TokenHeader].ToString();
            var authenticator = context.RequestServices.GetRequiredService<ITokenAuthenticator>();
            var asker = token.Length == 0 ? null : await authenticator.AuthenticateAsync(token, context.RequestAborted);
            if (asker is null)
                throw ApiException.Unauthorized();
            if (!IsRead(context.Request.Method) && !asker.MayChange)
                throw ApiException.Forbidden();
            context.Features.Set(asker);
        }
        await next(context);
    }

    private static bool IsRead(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method);
}
