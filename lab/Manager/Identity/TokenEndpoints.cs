using System.Text.Json.Nodes;
using Lab.Manager.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Lab.Manager.Identity;

/// <summary>Tokens: issue, validate, revoke (Identity API v3, "Authentication and token management").</summary>
internal static class TokenEndpoints
{
    private const string SubjectHeader = "X-Subject-Token";

    public static async Task<IResult> IssueAsync(
        HttpContext context, PasswordLogin login, IdentityDirectory directory, CancellationToken cancellation)
    {
        var auth = await JsonBody.ReadAsync(context.Request, "auth", cancellation);
        var address = context.Connection.RemoteIpAddress?.ToString() ?? "";
        var (text, identity) = await login.LoginAsync(auth, address, cancellation);
        context.Response.Headers[SubjectHeader] = text;
        context.Response.Headers.CacheControl = "no-store";
        return Answer(context, identity, directory, StatusCodes.Status201Created);
    }

    public static async Task<IResult> ValidateAsync(
        HttpContext context, TokenAuthenticator authenticator, IdentityDirectory directory, CancellationToken cancellation)
    {
        var subject = await SubjectAsync(context, authenticator, cancellation);
        context.Response.Headers[SubjectHeader] = context.Request.Headers[SubjectHeader];
        context.Response.Headers.CacheControl = "no-store";
        return HttpMethods.IsHead(context.Request.Method) ? Results.Ok() : Answer(context, subject, directory, StatusCodes.Status200OK);
    }

    public static async Task<IResult> RevokeAsync(
        HttpContext context, TokenAuthenticator authenticator, TokenStore tokens, CancellationToken cancellation)
    {
        var subject = await SubjectAsync(context, authenticator, cancellation);
        await tokens.RevokeAsync(subject.Token, cancellation);
        return Results.NoContent();
    }

    public static IResult Catalog(HttpContext context, IdentityDirectory directory)
    {
        var identity = context.Features.GetRequiredFeature<TokenIdentity>();
        return Results.Json(new JsonObject
        {
            ["catalog"] = identity.Project is { } project
                ? ServiceCatalog.Describe(PublicUrl.Of(context), directory.Region, project.Id)
                : new JsonArray(),
            ["links"] = new JsonObject { ["self"] = PublicUrl.Of(context) + ApiPaths.IdentityV3 + "/auth/catalog" },
        });
    }

    private static IResult Answer(HttpContext context, TokenIdentity identity, IdentityDirectory directory, int status)
    {
        var body = IdentityJson.Token(identity, PublicUrl.Of(context), directory.Region, withCatalog: !context.Request.Query.ContainsKey("nocatalog"));
        return Results.Json(new JsonObject { ["token"] = body }, statusCode: status);
    }

    /// <summary>Another user's token is none of the asker's business, and looks like one that does not exist.</summary>
    private static async Task<TokenIdentity> SubjectAsync(
        HttpContext context, TokenAuthenticator authenticator, CancellationToken cancellation)
    {
        var asker = context.Features.GetRequiredFeature<TokenIdentity>();
        var text = context.Request.Headers[SubjectHeader].ToString();
        if (text.Length == 0)
            throw ApiException.BadRequest($"The header {SubjectHeader} is required.");
        var subject = await authenticator.FindAsync(text, cancellation);
        return subject is not null && (asker.IsAdmin || subject.User.Id == asker.User.Id)
            ? subject
            : throw new ApiException(404, "The token could not be found.");
    }
}
