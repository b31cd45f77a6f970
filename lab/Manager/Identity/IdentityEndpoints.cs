using System.Text.Json.Nodes;
using Lab.Manager.Http;

namespace Lab.Manager.Identity;

/// <summary>Routes of the Identity API v3.</summary>
internal static class IdentityEndpoints
{
    public static void MapIdentity(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(ApiPaths.Identity, Versions).AllowAnonymous();
        routes.MapGet(ApiPaths.IdentityV3, Version).AllowAnonymous();
        routes.MapPost(ApiPaths.IdentityV3 + "/auth/tokens", TokenEndpoints.IssueAsync).AllowAnonymous();

        // Here an unscoped token counts too, which the pipeline refuses; the filter asks for one in its place.
        var known = routes.MapGroup(ApiPaths.IdentityV3).AllowAnonymous().AddEndpointFilter(RequireIdentityAsync);
        known.MapMethods("/auth/tokens", [HttpMethods.Get, HttpMethods.Head], TokenEndpoints.ValidateAsync);
        known.MapDelete("/auth/tokens", TokenEndpoints.RevokeAsync);
        known.MapGet("/auth/catalog", TokenEndpoints.Catalog);
        known.MapGet("/auth/projects", DirectoryEndpoints.ListOwnProjects);
        known.MapGet("/projects", DirectoryEndpoints.ListProjects);
        known.MapGet("/projects/{id}", DirectoryEndpoints.ShowProject);
        known.MapGet("/users", DirectoryEndpoints.ListUsers);
        known.MapGet("/users/{id}", DirectoryEndpoints.ShowUser);
        known.MapGet("/users/{id}/projects", DirectoryEndpoints.ListProjectsOfUser);
        known.MapGet("/roles", DirectoryEndpoints.ListRoles);
    }

    private static IResult Versions(HttpContext context) => Results.Json(
        new JsonObject { ["versions"] = new JsonObject { ["values"] = new JsonArray(IdentityJson.Version(PublicUrl.Of(context))) } },
        statusCode: StatusCodes.Status300MultipleChoices);

    private static IResult Version(HttpContext context) =>
        Results.Json(new JsonObject { ["version"] = IdentityJson.Version(PublicUrl.Of(context)) });

    private static async ValueTask<object?> RequireIdentityAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        var identity = await context.RequestServices.GetRequiredService<TokenAuthenticator>()
            .FindAsync(context.Request.Headers[ApiPipeline.TokenHeader], context.RequestAborted);
        context.Features.Set(identity ?? throw ApiException.Unauthorized());
        return await next(invocation);
    }
}
