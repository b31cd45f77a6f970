using Lab.Manager.Http;

namespace Lab.Manager.Identity;

/// <summary>Who a token stands for. Roles are read from the directory at each use.</summary>
internal sealed class TokenAuthenticator(TokenStore tokens, IdentityDirectory directory) : ITokenAuthenticator
{
    public async Task<RequestContext?> AuthenticateAsync(string token, CancellationToken cancellation) =>
        await FindAsync(token, cancellation) is { Token.ProjectId: { } projectId } identity
            ? new RequestContext(identity.User.Id, projectId, identity.Roles, identity.Roles.Contains(RoleNames.Admin))
            : null;

    /// <returns>Null when the token does not hold, or its user, project or grant is gone. Unscoped tokens are found too.</returns>
    public async Task<TokenIdentity?> FindAsync(string? text, CancellationToken cancellation)
    {
        if (await tokens.FindAsync(text, cancellation) is not { } token || directory.FindUser(token.UserId) is not { } user)
            return null;
        if (token.ProjectId is not { } projectId)
            return new TokenIdentity(token, user, null, []);
        var roles = user.RolesIn(projectId);
        return roles.Count > 0 && directory.FindProject(projectId) is { } project
            ? new TokenIdentity(token, user, project, roles)
            : null;
    }
}

/// <param name="Project">Null for an unscoped token.</param>
internal sealed record TokenIdentity(Token Token, IdentityUser User, IdentityProject? Project, IReadOnlyList<string> Roles)
{
    public bool IsAdmin => Roles.Contains(RoleNames.Admin);
}
